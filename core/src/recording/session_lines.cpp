// SPDX-License-Identifier: Apache-2.0
#include "recording/session_lines.hpp"

#include <algorithm>
#include <span>

#include "base/json_writer.hpp"
#include "metabatch/simulation/scenario.hpp"
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

/// Steps of the histogram from below: nanoseconds, count, nanoseconds, count ... Exact up to kRanks observations, beyond
/// that to a share of 1 / kRanks.
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

}  // namespace metabatch
