// SPDX-License-Identifier: Apache-2.0
#include "abi/run_text.hpp"

#include "base/number.hpp"

namespace metabatch::wasm {
namespace {

/// Writes the members of an object, one after the other.
class Members {
 public:
  Members& count(std::string_view name, std::uint64_t number) {
    key(name);
    append_number(text_, number);
    return *this;
  }
  /// Writes a decimal point even for a whole number, so that readers see that it is no count.
  Members& real(std::string_view name, double number) {
    key(name);
    const std::size_t from = text_.size();
    append_number(text_, number);
    if (text_.find_first_of(".e", from) == text_.npos) text_ += ".0";
    return *this;
  }
  Members& object(std::string_view name, const Members& members) {
    key(name);
    text_ += members.closed();
    return *this;
  }
  Members& text(std::string_view name, std::string_view hex) {
    key(name);
    text_.append("\"").append(hex).append("\"");
    return *this;
  }
  [[nodiscard]] std::string closed() const { return "{" + text_ + "}"; }

 private:
  void key(std::string_view name) { text_.append(text_.empty() ? "\"" : ",\"").append(name).append("\":"); }
  std::string text_;
};

void add_counts(Members& members, const Counters& counters, std::uint64_t rejected_lines) {
  Members dropped;
  dropped.count("full", counters.dropped_full)
      .count("agent_full", counters.dropped_agent_full)
      .count("closed", counters.dropped_closed);
  members.count("offered", counters.offered).count("accepted", counters.accepted());
  members.count("coalesced", counters.coalesced)
      .count("stale", counters.stale)
      .object("dropped", dropped)
      .count("unchanged", counters.unchanged);
  members.count("written", counters.written).count("unmatched", counters.unmatched);
  members.count("rows_stale", counters.rows_stale).count("quarantined", counters.quarantined);
  members.count("discarded", counters.discarded).count("spooled", counters.spooled).count("held", counters.held());
  members.count("rejected_lines", rejected_lines);
  members.count("refused_items", 0).count("sanitized", 0);  // a model has none of these
}

void add_flushes(Members& members, const FlushCounters& flushes) {
  Members by_reason;
  by_reason.count("capacity", flushes.flushes[0]).count("scheduled", flushes.flushes[1]);
  by_reason.count("shutdown", flushes.flushes[2]);
  members.object("flushes", by_reason).count("flush_failures", flushes.total_failures());
  members.count("chunks", flushes.chunks).count("notify_bytes", flushes.notify_bytes);
  members.count("publish_errors", flushes.publish_errors);
}

void add_rates(Members& members, const Summary& summary) {
  Members unbatched, delay;
  unbatched.real("db_writes_per_s", summary.unbatched_db_writes_per_s);
  unbatched.real("notifies_per_s", summary.unbatched_notifies_per_s);
  delay.real("p50", summary.delay_p50).real("p90", summary.delay_p90);
  delay.real("p99", summary.delay_p99).real("max", summary.delay_max);
  members.real("seconds", summary.seconds).real("updates_per_s", summary.updates_per_s);
  members.real("db_writes_per_s", summary.db_writes_per_s).real("notifies_per_s", summary.notifies_per_s);
  members.object("unbatched", unbatched).real("saved", summary.saved).object("delay_s", delay);
}

}  // namespace

std::string result_json(const Simulator& simulator, std::uint64_t rejected_lines) {
  const Summary summary = simulator.summary();
  Members members;
  add_counts(members, summary.counters, rejected_lines);
  add_flushes(members, summary.flushes);
  add_rates(members, summary);
  members.text("digest", simulator.digest());
  Members age;
  age.real("p50", summary.age_p50).real("p99", summary.age_p99).real("max", summary.age_max);
  members.object("age_s", age);
  return members.closed() + "\n";
}

}  // namespace metabatch::wasm
