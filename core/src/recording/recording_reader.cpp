// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "recording/recorded_line.hpp"

namespace metabatch {
namespace {

constexpr std::array<std::string_view, 8> kMembers = {"agent",        "key",      "value", "error",
                                                      "collected_at", "metadata", "at_us", "record"};
constexpr std::string_view kLineBlanks = " \t\r";

constexpr BadLine kTooLong{0, BadLine::Kind::too_long, kMaxRecordingLineBytes};

}  // namespace

std::string_view name_of(RecordedMember member) {
  const auto index = static_cast<std::size_t>(member);
  return index < kMembers.size() ? kMembers[index] : "?";
}

std::string describe(const BadLine& line) {
  std::string text = "line " + std::to_string(line.number) + ": ";
  switch (line.kind) {
    case BadLine::Kind::too_long: return text + "over " + std::to_string(line.at >> 20) + " MiB";
    case BadLine::Kind::member:
      return text.append(name_of(static_cast<RecordedMember>(line.at))) + " is missing or cannot be read";
    case BadLine::Kind::clock:
      return text + "its collected_at is more than a year from the lines around it; it is played in its order";
    case BadLine::Kind::not_json: break;
  }
  return text + "not JSON, at byte " + std::to_string(line.at);
}

struct RecordingReader::Machinery {
  OnReport on_report;
  OnSessionLine on_session_line;
  OnBadLine on_bad_line;
  std::string rest;  // the line that is not over yet
  bool is_skipping = false;
  RecordedLine line;
  std::optional<RecordedReport> growing;
  ArrivalTimes times;
  bool has_own_time = false;  // the growing report has an at_us
  std::uint64_t lines = 0, reports = 0, updates = 0, bad_lines = 0;

  void take_line(std::string_view text);
  void take_update();
  void take_report();
  void add_item(const RecordedItem& item);
  void end_report();
  void reject(BadLine bad);
};

void RecordingReader::Machinery::reject(BadLine bad) {
  ++bad_lines;
  bad.number = lines;
  if (on_bad_line) on_bad_line(bad);
}

void RecordingReader::Machinery::take_line(std::string_view text) {
  ++lines;
  if (lines == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() > kMaxRecordingLineBytes) return reject(kTooLong);
  const std::size_t first = text.find_first_not_of(kLineBlanks);
  if (first == std::string_view::npos || text[first] == '#') return;  // blank, or a comment
  if (const auto bad = line.read(text)) return reject(*bad);
  switch (line.kind) {
    case RecordedLine::Kind::update: return take_update();
    case RecordedLine::Kind::report: return take_report();
    case RecordedLine::Kind::session: break;
  }
  if (line.record == "session" && reports + (growing ? 1 : 0) > 0) {
    end_report();
    times.begin_anew();
  }
  if (on_session_line) on_session_line(text, lines);
}

void RecordingReader::Machinery::add_item(const RecordedItem& item) {
  growing->keys.push_back(item.key);
  growing->values.push_back(item.value);
  growing->errors.push_back(item.error);
}

void RecordingReader::Machinery::take_update() {
  const Duration at = times.next(line.at_us, line.collected_at);
  if (times.is_clock_wrong() && on_bad_line) on_bad_line({lines, BadLine::Kind::clock, 0});
  const bool belongs = growing && !growing->stamps.empty() && growing->agent == line.agent && growing->at == at &&
                       growing->stamps.back() == line.collected_at && has_own_time == line.at_us.has_value();
  if (!belongs) {
    end_report();
    growing = RecordedReport{at, line.agent, {}, {}, {}, {}};
    has_own_time = line.at_us.has_value();
  }
  ++updates;
  add_item(line.item);
  growing->stamps.push_back(line.collected_at);
}

void RecordingReader::Machinery::take_report() {
  end_report();
  const Duration at = times.next(line.at_us, std::nullopt);
  if (line.items_used == 0) return;
  growing = RecordedReport{at, line.agent, {}, {}, {}, {}};
  updates += line.items_used;
  for (std::size_t i = 0; i < line.items_used; ++i) add_item(line.items[i]);
  end_report();
}

void RecordingReader::Machinery::end_report() {
  if (!growing) return;
  ++reports;
  if (on_report) on_report(std::move(*growing));
  growing.reset();
}

RecordingReader::RecordingReader(OnReport on_report, OnSessionLine on_session_line, OnBadLine on_bad_line)
    : machinery_(std::make_unique<Machinery>()) {
  machinery_->on_report = std::move(on_report);
  machinery_->on_session_line = std::move(on_session_line);
  machinery_->on_bad_line = std::move(on_bad_line);
}
RecordingReader::RecordingReader(RecordingReader&&) noexcept = default;
RecordingReader& RecordingReader::operator=(RecordingReader&&) noexcept = default;
RecordingReader::~RecordingReader() = default;

void RecordingReader::read(std::string_view block) {
  Machinery& m = *machinery_;
  while (!block.empty()) {
    const std::size_t end = block.find('\n');
    const std::string_view part = block.substr(0, end);
    if (m.is_skipping || m.rest.size() + part.size() > kMaxRecordingLineBytes + 1) {  // and the CR of such a line
      if (!m.is_skipping) {
        ++m.lines;
        m.reject(kTooLong);
        m.rest.clear();
      }
      m.is_skipping = end == std::string_view::npos;
    } else if (end == std::string_view::npos) {
      m.rest.append(part);
    } else if (m.rest.empty()) {
      m.take_line(part);
    } else {
      m.rest.append(part);
      m.take_line(m.rest);
      m.rest.clear();
    }
    if (end == std::string_view::npos) return;
    block.remove_prefix(end + 1);
  }
}

void RecordingReader::finish() {
  Machinery& m = *machinery_;
  if (!m.rest.empty()) m.take_line(m.rest);
  m.rest.clear();
  m.end_report();
}

std::uint64_t RecordingReader::lines() const { return machinery_->lines; }
std::uint64_t RecordingReader::reports() const { return machinery_->reports; }
std::uint64_t RecordingReader::updates() const { return machinery_->updates; }
std::uint64_t RecordingReader::bad_lines() const { return machinery_->bad_lines; }
Duration RecordingReader::origin() const { return machinery_->times.origin(); }

Duration duration_of(const Recording& recording) {
  const Duration last = recording.empty() ? Duration{} : recording.back().at;
  return std::chrono::floor<std::chrono::seconds>(last) + std::chrono::seconds(1);
}

void append_report(std::string& to, const Report& report, Duration at) {
  const std::string agent = format_uuid(report.agent);
  const auto at_us = static_cast<std::uint64_t>(std::max<std::int64_t>(at.count(), 0) / 1000);
  for (std::size_t i = 0; i < report.size(); ++i) {
    to.append("{\"agent\":\"").append(agent).append("\"");
    append_member(to, "key", report.keys[i]);
    append_member(to, "value", report.values[i]);
    append_member(to, "error", report.errors[i]);
    append_member(to, "collected_at", format_wall_time(report.collected_at[i]));
    append_member(to, "at_us", at_us);
    to += "}\n";
  }
}

}  // namespace metabatch
