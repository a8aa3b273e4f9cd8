// SPDX-License-Identifier: Apache-2.0
#include "recording/session_lines.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "base/json_reader.hpp"
#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "metabatch/simulation/scenario.hpp"
#include "recording/recorded_line.hpp"
#include "recording/session_counts.hpp"

namespace metabatch {
namespace {

constexpr std::uint64_t kRanks = 10'000;  // that a quantile distinguishes

std::string begin(std::string_view kind) { return "{\"record\":\"" + std::string(kind) + "\""; }

std::string end(std::string line) { return std::move(line.append("}\n")); }

void append_time(std::string& to, std::string_view name, Duration time) {
  append_member(to, name, static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0) / 1000));
}

void append_settings(std::string& to, const Config& config) {
  Scenario scenario;
  scenario.config = config;
  append_member(to, "settings");
  char before = '{';
  for (const ScenarioField& field : scenario_fields()) {
    if (!field.is_setting) continue;
    to += before;
    before = ',';
    append_json_text(to, field.name);
    to += ':';
    append_json_text(to, field_text(scenario, field.name));
  }
  append_member(to, "channel", config.channel);
  to += '}';
}

void append_numbers(std::string& to, std::string_view name, std::span<const std::uint64_t> numbers) {
  append_member(to, name);
  to += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) to += ',';
    append_number(to, numbers[i]);
  }
  to += ']';
}

/// Steps of the histogram from below: nanoseconds, count, nanoseconds, count ... Exact up to kRanks
/// observations, beyond that to a share of 1 / kRanks.
std::vector<std::uint64_t> steps_of(const DelayHistogram& delays) {
  std::vector<std::uint64_t> steps;
  const std::uint64_t count = delays.count(), ranks = std::min(count, kRanks);
  const auto at_rank = [&](std::uint64_t rank) {
    return delays.quantile(static_cast<std::uint32_t>(rank * kRanks / std::max<std::uint64_t>(ranks, 1)));
  };
  std::uint64_t counted = 0;
  for (std::uint64_t rank = 1; rank <= ranks;) {
    const Duration edge = at_rank(rank);
    std::uint64_t last = rank, beyond = ranks + 1;  // the last rank in this step is between
    while (beyond - last > 1) {
      const std::uint64_t middle = last + (beyond - last) / 2;
      (at_rank(middle) == edge ? last : beyond) = middle;
    }
    const std::uint64_t upto = last == ranks ? count : count / ranks * last + count % ranks * last / ranks;
    steps.push_back(static_cast<std::uint64_t>(edge.count()));
    steps.push_back(upto - counted);
    counted = upto;
    rank = last + 1;
  }
  return steps;
}

}  // namespace

std::string session_line(const SessionHead& head) {
  std::string line = begin("session");
  append_member(line, "version", std::uint64_t{1});
  append_member(line, "started", format_wall_time(head.started));
  append_member(line, "program", head.program);
  append_member(line, "source", head.source);
  append_settings(line, head.config);
  return end(std::move(line));
}

std::string session_line(const SessionSettings& settings) {
  std::string line = begin("settings");
  append_time(line, "at_us", settings.at);
  append_settings(line, settings.config);
  return end(std::move(line));
}

std::string session_line(const SessionMark& mark) {
  std::string line = begin("mark");
  append_time(line, "at_us", mark.at);
  append_member(line, "text", mark.text);
  return end(std::move(line));
}

std::string session_line(const SessionFlush& flush) {
  std::string line = begin("flush");
  append_time(line, "at_us", flush.at);
  append_time(line, "took_us", flush.took);
  append_member(line, "id", flush.id);
  append_member(line, "lane", flush.lane);
  append_member(line, "reason", name_of(flush.reason));
  append_member(line, "entries", flush.entries);
  append_member(line, "agents", flush.agents);
  for (const NamedCount& one : kNamedCounts)
    if (flush.fates.*one.count > 0) append_member(line, one.name, flush.fates.*one.count);
  if (flush.failure != FailureClass::none) append_member(line, "failure", name_of(flush.failure));
  if (flush.retries > 0) append_member(line, "retries", flush.retries);
  if (flush.publish_errors > 0) append_member(line, "publish_errors", flush.publish_errors);
  if (!flush.sqlstate.empty()) append_member(line, "sqlstate", flush.sqlstate);
  if (!flush.message.empty()) append_member(line, "message", flush.message);
  append_member(line, "chunks");
  line += '[';
  for (std::size_t i = 0; i < flush.chunks.size(); ++i) {
    if (i > 0) line += ',';
    append_json_text(line, flush.chunks[i]);
  }
  line += ']';
  return end(std::move(line));
}

std::string session_line(const SessionSample& sample) {
  std::string line = begin("sample");
  append_time(line, "at_us", sample.at);
  for (const NamedCount& one : kNamedCounts) append_member(line, one.name, sample.counters.*one.count);
  append_member(line, "reports", sample.reports);
  append_member(line, "room_entries", sample.buffered_entries);
  append_member(line, "room_bytes", sample.buffered_bytes);
  append_numbers(line, "flushes", sample.flushes.flushes);
  append_numbers(line, "failures", sample.flushes.failures);
  for (const NamedFlushCount& one : kNamedFlushCounts) append_member(line, one.name, sample.flushes.*one.count);
  append_numbers(line, "delay_ns", steps_of(sample.delay));
  return end(std::move(line));
}

namespace {

/// A member of a session line, whatever it is.
struct Value {
  enum class Kind : std::uint8_t { other, text, number, list, object };
  Kind kind = Kind::other;
  std::string text;
  std::uint64_t number = 0;
  std::vector<std::string> texts;      // list
  std::vector<std::uint64_t> numbers;  // list
  std::map<std::string, std::string> members;
};

std::string cleaned(const std::string& text) {
  std::string room;
  return std::string(sanitize(text, room).text);
}

/// The members of one line by name, and whether any was not what it should be.
class Members {
 public:
  explicit Members(std::string_view line) {
    JsonReader json(line);
    is_bad_ = !json.enter('{');
    std::string name;
    while (json.next_member(name)) read(json, values_[name] = {});
    is_bad_ = is_bad_ || !json.at_end();
  }

  std::string text(const char* name) { return cleaned(of(name, Value::Kind::text).text); }
  std::uint64_t number(std::string_view name) { return of(name, Value::Kind::number).number; }
  Duration time(const char* name) {
    return std::chrono::microseconds(std::min(number(name), static_cast<std::uint64_t>(kMostMicros)));
  }
  const Value& list(const char* name) { return of(name, Value::Kind::list); }
  const Value& object(const char* name) { return of(name, Value::Kind::object); }
  void refuse() { is_bad_ = true; }
  [[nodiscard]] bool is_bad() const { return is_bad_; }

  template <class Enum>
  Enum named(const char* name, Enum otherwise, unsigned count) {
    if (!values_.contains(name)) return otherwise;
    const std::string given = text(name);
    for (unsigned value = 0; value < count; ++value)
      if (name_of(static_cast<Enum>(value)) == given) return static_cast<Enum>(value);
    is_bad_ = true;
    return otherwise;
  }

 private:
  static bool read_number(JsonReader& json, std::uint64_t& to) {
    std::int64_t number = 0;
    if (!json.take_integer(number)) return false;
    to = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
    return true;
  }
  static void read(JsonReader& json, Value& value) {
    if (json.take_text(value.text)) {
      value.kind = Value::Kind::text;
    } else if (read_number(json, value.number)) {
      value.kind = Value::Kind::number;
    } else if (json.enter('[')) {
      value.kind = Value::Kind::list;
      read_items(json, value);
    } else if (json.enter('{')) {
      value.kind = Value::Kind::object;
      std::string name, text;
      while (json.next_member(name)) {
        if (json.take_text(text))
          value.members[name] = text;
        else
          json.skip();
      }
    } else {
      json.skip();
    }
  }
  static void read_items(JsonReader& json, Value& value) {
    std::string text;
    std::uint64_t number = 0;
    while (json.next_item()) {
      if (json.take_text(text))
        value.texts.push_back(text);
      else if (read_number(json, number))
        value.numbers.push_back(number);
      else
        json.skip();
    }
  }
  const Value& of(std::string_view name, Value::Kind kind) {
    static const Value kNone;
    const auto found = values_.find(name);
    if (found == values_.end()) return kNone;
    if (found->second.kind == kind) return found->second;
    is_bad_ = true;
    return kNone;
  }

  std::map<std::string, Value, std::less<>> values_;
  bool is_bad_ = false;
};

Config settings_of(Members& members) {
  Scenario scenario;
  for (const auto& [name, text] : members.object("settings").members) {
    if (name == "channel") scenario.config.channel = cleaned(text);
    const ScenarioField* const field = find_field(name);
    if (field != nullptr && field->is_setting && !set_field(scenario, field->name, text)) members.refuse();
  }
  const Result<ValidConfig> valid = validated(scenario.config);
  if (!valid) members.refuse();
  return valid ? *valid : Config{};
}

SessionLine head_of(Members& members) {
  const Result<WallTime> started = parse_wall_time(members.text("started"));
  if (!started) members.refuse();
  return SessionHead{started.value_or({}), members.text("program"), members.text("source"), settings_of(members)};
}

SessionLine flush_of(Members& members) {
  SessionFlush flush;
  flush.at = members.time("at_us");
  flush.took = members.time("took_us");
  flush.id = members.number("id");
  flush.lane = members.number("lane");
  flush.reason = members.named("reason", Reason::scheduled, kReasons);
  flush.entries = members.number("entries");
  flush.agents = members.number("agents");
  for (const NamedCount& one : kNamedCounts) flush.fates.*one.count = members.number(one.name);
  flush.failure = members.named("failure", FailureClass::none, kFailureClasses);
  flush.retries = members.number("retries");
  flush.publish_errors = members.number("publish_errors");
  flush.sqlstate = members.text("sqlstate");
  flush.message = members.text("message");
  for (const std::string& chunk : members.list("chunks").texts) flush.chunks.push_back(cleaned(chunk));
  return flush;
}

SessionLine sample_of(Members& members) {
  SessionSample sample;
  sample.at = members.time("at_us");
  for (const NamedCount& one : kNamedCounts) sample.counters.*one.count = members.number(one.name);
  sample.reports = members.number("reports");
  sample.buffered_entries = members.number("room_entries");
  sample.buffered_bytes = members.number("room_bytes");
  const auto fill = [&](const char* name, auto& counts) {
    const std::vector<std::uint64_t>& numbers = members.list(name).numbers;
    std::copy_n(numbers.begin(), std::min(numbers.size(), counts.size()), counts.begin());
  };
  fill("flushes", sample.flushes.flushes);
  fill("failures", sample.flushes.failures);
  for (const NamedFlushCount& one : kNamedFlushCounts) sample.flushes.*one.count = members.number(one.name);
  const std::vector<std::uint64_t>& steps = members.list("delay_ns").numbers;
  for (std::size_t i = 0; i + 1 < steps.size(); i += 2)
    sample.delay.observe(Duration(static_cast<std::int64_t>(steps[i])), steps[i + 1]);
  return sample;
}

}  // namespace

std::optional<SessionLine> parse_session_line(std::string_view line) {
  Members members(line);
  const std::string kind = members.text("record");
  SessionLine found;
  if (kind == "session") found = head_of(members);
  if (kind == "settings") found = SessionSettings{members.time("at_us"), settings_of(members)};
  if (kind == "mark") found = SessionMark{members.time("at_us"), members.text("text")};
  if (kind == "flush") found = flush_of(members);
  if (kind == "sample") found = sample_of(members);
  if (members.is_bad() || kind.empty()) return std::nullopt;
  return found;
}

}  // namespace metabatch
