// SPDX-License-Identifier: Apache-2.0
#include "support/compare.hpp"

#include <cstdio>

namespace metabatch::oracle {
namespace {

std::string escaped(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127) {
      out += c;
    } else {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      out += hex;
    }
  }
  return out + "\"";
}

void field(std::string& out, std::string_view name, std::uint64_t value) {
  if (value != 0) out.append(" ").append(name).append("=").append(std::to_string(value));
}

Update view(const Item& item) { return {item.agent, item.key, item.value, item.error, item.collected_at}; }

bool same(const Update& a, const Update& b) {
  return a.agent == b.agent && a.key == b.key && a.value == b.value && a.error == b.error &&
         a.collected_at == b.collected_at;
}

}  // namespace

std::string show(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}
std::string show(Duration value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9fs", static_cast<double>(value.count()) / 1e9);
  return text;
}
std::string show(Instant value) { return "t" + show(value.time_since_epoch()); }
std::string show(const std::optional<Instant>& value) { return value ? show(*value) : "none"; }

std::string show(const Uuid& agent) {
  std::string out;
  for (const std::uint8_t byte : agent.bytes) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%02x", byte);
    out += hex;
  }
  return out;
}

std::string show(const Update& u) {
  return show(u.agent).substr(0, 2) + ".." + show(u.agent).substr(30) + " " + escaped(u.key) + " = " +
         escaped(u.value) + " error " + escaped(u.error) + " at " +
         std::to_string(u.collected_at.time_since_epoch().count()) + "us";
}

std::string show(const Admission& a) {
  std::string out = "{";
  field(out, "taken", a.taken);
  field(out, "coalesced", a.coalesced);
  field(out, "stale", a.stale);
  field(out, "dropped_full", a.dropped_full);
  field(out, "dropped_agent_full", a.dropped_agent_full);
  field(out, "dropped_closed", a.dropped_closed);
  return out + " }";
}

std::string show(const Counters& c) {
  std::string out = "{";
  field(out, "offered", c.offered);
  field(out, "dropped_full", c.dropped_full);
  field(out, "dropped_agent_full", c.dropped_agent_full);
  field(out, "dropped_closed", c.dropped_closed);
  field(out, "coalesced", c.coalesced);
  field(out, "stale", c.stale);
  field(out, "unchanged", c.unchanged);
  field(out, "written", c.written);
  field(out, "rows_stale", c.rows_stale);
  field(out, "unmatched", c.unmatched);
  field(out, "discarded", c.discarded);
  field(out, "quarantined", c.quarantined);
  field(out, "spooled", c.spooled);
  field(out, "pending", c.pending);
  field(out, "queued", c.queued);
  field(out, "in_flight", c.in_flight);
  field(out, "set_apart", c.set_apart);
  return out + " }";
}

std::string show(const FlushCounters& f) {
  std::string out = "{";
  for (std::size_t i = 0; i < kReasons; ++i) field(out, name_of(static_cast<Reason>(i)), f.flushes[i]);
  field(out, "entries", f.flushed_entries);
  for (std::size_t i = 0; i < kFailureClasses; ++i)
    field(out, std::string("failed_") + std::string(name_of(static_cast<FailureClass>(i))), f.failures[i]);
  field(out, "retries", f.retries);
  field(out, "chunks", f.chunks);
  field(out, "notify_bytes", f.notify_bytes);
  field(out, "publish_errors", f.publish_errors);
  field(out, "rows_ahead", f.rows_ahead);
  return out + " }";
}

std::string show(const FlushOutcome& outcome) {
  std::string out = "failure=" + std::string(name_of(outcome.failure)) + " fates=";
  for (const Fate fate : outcome.fates) out += "wsmqlu"[static_cast<std::size_t>(fate)];
  if (outcome.reconnected) out += " reconnected";
  if (outcome.table_emptied) out += " table_emptied";
  if (outcome.too_much) out += " too_much";
  if (outcome.time_limit != Duration{}) out += " limit=" + show(outcome.time_limit);
  return out;
}

std::string show(const Batch& batch) {
  std::string out = "#" + std::to_string(batch.id) + " " + std::string(name_of(batch.reason)) +
                    (batch.set_apart ? " set apart [" : " [");
  for (const Update& entry : batch.entries) out += " " + show(entry) + ";";
  return out + " ]";
}

std::string show(const Flight& flight) {
  std::string out = "#" + std::to_string(flight.id) + " " + std::string(name_of(flight.reason)) +
                    (flight.set_apart ? " set apart [" : " [");
  for (const Item& entry : flight.entries) out += " " + show(view(entry)) + ";";
  return out + " ]";
}

std::string show(const Config& c) {
  return "batch=" + std::to_string(c.batch_size) + " interval=" + show(c.interval) + " " +
         std::string(name_of(c.queue)) + " capacity=" + std::to_string(c.queue_capacity) +
         " bytes=" + std::to_string(c.queue_bytes) + " batch_bytes=" + std::to_string(c.batch_bytes) +
         " agent=" + std::to_string(c.agent_capacity) + " suppress=" + show(c.suppress_unchanged) + " " +
         std::string(name_of(c.schedule)) + " " + std::string(name_of(c.ties)) + " " +
         std::string(name_of(c.on_failure)) + " final=" + show(c.final_flush_timeout) +
         " payload=" + std::to_string(c.max_payload_bytes) + " " + c.channel;
}

std::string difference(const Batch& machine, const Flight& model) {
  bool same_all = machine.id == model.id && machine.reason == model.reason && machine.set_apart == model.set_apart &&
                  machine.entries.size() == model.entries.size();
  std::vector<Uuid> agents;
  std::vector<std::uint32_t> keys;
  for (std::size_t i = 0; i < model.entries.size(); ++i) {
    same_all = same_all && same(machine.entries[i], view(model.entries[i]));
    if (agents.empty() || !(agents.back() == model.entries[i].agent)) {
      agents.push_back(model.entries[i].agent);
      keys.push_back(0);
    }
    ++keys.back();
  }
  if (!same_all) return "batch: machine " + show(machine) + "\n        oracle " + show(model);
  if (!(machine.agents == agents)) return "agents of " + show(machine);
  if (machine.keys_per_agent != keys) return "keys per agent of " + show(machine);
  return {};
}

}  // namespace metabatch::oracle
