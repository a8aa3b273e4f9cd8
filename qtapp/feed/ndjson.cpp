// SPDX-License-Identifier: Apache-2.0
#include "feed/ndjson.hpp"

#include <optional>

#include "base/utf8.hpp"
#include "feed/mending_parser.hpp"
#include "feed/plain_update.hpp"
#include "recording/recorded_line.hpp"

namespace metabatch::feed {
namespace {

using simdjson::dom::element;

constexpr std::string_view kBlanks = " \t\r";

/// The members of one object that are used. Of a repeated member, the last one counts.
struct Members {
  std::optional<element> agent, key, value, error, collected_at, metadata, at_us, record;

  explicit Members(const simdjson::dom::object& object) {
    for (const auto& [name, member] : object)
      if (std::optional<element>* const known = find(name)) *known = member;
  }

 private:
  std::optional<element>* find(std::string_view name) {
    if (name == "agent") return &agent;
    if (name == "key") return &key;
    if (name == "value") return &value;
    if (name == "error") return &error;
    if (name == "collected_at") return &collected_at;
    if (name == "metadata") return &metadata;
    if (name == "at_us") return &at_us;
    if (name == "record") return &record;
    return nullptr;
  }
};

/// Reads members of one line and keeps the first error.
class Reading {
 public:
  explicit Reading(std::string& reason) : reason_(reason) {}

  std::string_view text(const std::optional<element>& member, const char* name, bool is_needed) {
    std::string_view found;
    if (!member) {
      if (is_needed) fail(name, "is missing");
    } else if (member->get_string().get(found) != simdjson::SUCCESS) {
      fail(name, "is not a string");
    }
    return found;
  }
  Uuid agent(const std::optional<element>& member) {
    const std::string_view found = text(member, "agent", true);
    const Result<Uuid> id = parse_uuid(found);
    if (!id) fail("agent", "is not a UUID, at byte " + std::to_string(id.error().at) + " of it");
    return id.value_or({});
  }
  WallTime time(const std::optional<element>& member) {
    const std::string_view found = text(member, "collected_at", true);
    const Result<WallTime> time = parse_wall_time(found);
    if (!time) {
      fail("collected_at", time.error().code == Errc::time_out_of_range
                               ? std::string("is out of PostgreSQL's range")
                               : "is not RFC 3339, at byte " + std::to_string(time.error().at) + " of it");
    }
    return time.value_or({});
  }
  /// A value that is no such number is ignored: the line is good without it.
  static std::optional<std::int64_t> arrival(const std::optional<element>& member, std::string_view line) {
    if (!member || !member->is_number()) return std::nullopt;
    std::int64_t found = -1;
    // A value that is no short integer is read as core reads it. So is 0, because mend_json()
    // writes 0 for such a number.
    if (member->get(found) != simdjson::SUCCESS || found == 0) return arrival_of_line(line);
    return arrival_micros(std::to_string(found));
  }
  void fail(std::string_view member, std::string_view what) {
    if (!reason_.empty()) return;
    reason_.append(member).append(what.empty() ? "" : " ").append(what);
  }
  [[nodiscard]] bool failed() const { return !reason_.empty(); }

 private:
  std::string& reason_;
};

/// Where a line ceases to be JSON. simdjson does not say, so the reader of recordings, whose
/// grammar is the same, is asked.
std::string column_of(std::string_view line) {
  RecordedLine recorded;
  const std::optional<BadLine> bad = recorded.read(line);
  if (!bad || bad->kind != BadLine::Kind::not_json) return {};
  return " (column " + std::to_string(bad->at + 1) + ")";
}

}  // namespace

struct NdjsonParser::Json : MendingParser {
  Json() : MendingParser(std::size_t{8} << 20) {}
};

NdjsonParser::NdjsonParser() : json_(std::make_unique<Json>()) {}
NdjsonParser::~NdjsonParser() = default;

const Record& NdjsonParser::parse(std::string_view line) {
  record_ = {};
  items_.clear();
  if (parse_plain_update(line, record_.update)) {
    record_.kind = Record::Kind::update;
    return record_;
  }
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos || line[first] == '#') return record_;  // blank, or a comment
  read(line);
  if (!record_.reason.empty()) record_.kind = Record::Kind::bad;
  return record_;
}

void NdjsonParser::read(std::string_view line) {
  element root;
  const simdjson::error_code code = json_->parse(line, root);
  Reading reading(record_.reason);
  if (code != simdjson::SUCCESS) return reading.fail("not JSON:", simdjson::error_message(code) + column_of(line));
  simdjson::dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) return reading.fail("not a JSON object", "");
  const Members members(object);
  if (!members.agent && members.record) {
    record_.begins_session = reading.text(members.record, "record", true) == "session";
    return;
  }
  record_.at_us = reading.arrival(members.at_us, line);
  const Uuid agent = reading.agent(members.agent);
  if (!members.metadata) {
    const std::string_view key = reading.text(members.key, "key", true);
    const std::string_view value = reading.text(members.value, "value", false);
    const std::string_view error = reading.text(members.error, "error", false);
    const WallTime collected_at = reading.time(members.collected_at);
    if (reading.failed()) return;
    record_.kind = Record::Kind::update;
    record_.update = {agent, cleaned(key, key_buffer_), cleaned(value, value_buffer_), cleaned(error, error_buffer_),
                      collected_at};
    return;
  }
  simdjson::dom::array list;
  if (members.metadata->get_array().get(list) != simdjson::SUCCESS) return reading.fail("metadata", "is not an array");
  for (const element one : list) {
    simdjson::dom::object item;
    if (one.get_object().get(item) != simdjson::SUCCESS) return reading.fail("metadata", "holds what is not an object");
    const Members of(item);
    items_.push_back({reading.text(of.key, "key", true), reading.text(of.value, "value", false),
                      reading.text(of.error, "error", false)});
    if (reading.failed()) return;
  }
  if (reading.failed()) return;
  record_.kind = Record::Kind::report;
  record_.agent = agent;
  record_.items = items_;
}

std::string_view NdjsonParser::cleaned(std::string_view text, std::string& buffer) {
  const Sanitized clean = sanitize(text, buffer);
  if (clean.replaced > 0) ++record_.sanitized;
  return clean.text;
}

}  // namespace metabatch::feed
