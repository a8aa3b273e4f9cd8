// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_arrays.hpp"

#include <algorithm>

namespace metabatch::sql {
namespace {

// pg_type.dat: the types of the elements
constexpr std::uint32_t kUuid = 2950;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kTimestamptz = 1184;
constexpr char kSeparator = '\x1f';                               // as in update_agents.sql
constexpr std::int64_t kEpochMicroseconds = 946'684'800'000'000;  // 2000-01-01 in microseconds since 1970

void append_number(std::string& out, std::uint32_t number) {
  const char bytes[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                        static_cast<char>(number >> 8), static_cast<char>(number)};
  out.append(bytes, sizeof bytes);
}

void begin(std::string& out, std::uint32_t type, std::size_t count) {
  out.clear();
  for (const std::uint32_t field :
       {std::uint32_t{1}, std::uint32_t{0}, type, static_cast<std::uint32_t>(count), std::uint32_t{1}})
    append_number(out, field);
}

void set_count(std::string& out, std::size_t count) {
  std::string number;
  append_number(number, static_cast<std::uint32_t>(count));
  out.replace(12, number.size(), number);
}

/// An array without items, as the server writes one.
void set_empty(std::string& out, std::uint32_t type) {
  out.clear();
  for (const std::uint32_t field : {std::uint32_t{0}, std::uint32_t{0}, type}) append_number(out, field);
}

void append_bytes(std::string& out, std::string_view bytes) {
  append_number(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

void append_agent_id(std::string& out, const Uuid& agent) {
  append_bytes(out, {reinterpret_cast<const char*>(agent.bytes.data()), agent.bytes.size()});
}

/// Begins an element whose bytes are appended afterwards; end_text() writes their number.
std::size_t begin_text(std::string& out) {
  append_number(out, 0);
  return out.size();
}

void end_text(std::string& out, std::size_t began) {
  std::string length;
  append_number(length, static_cast<std::uint32_t>(out.size() - began));
  out.replace(began - length.size(), length.size(), length);
}

bool has_error(std::span<const Update> entries) {
  return std::any_of(entries.begin(), entries.end(), [](const Update& one) { return !one.error.empty(); });
}

bool can_be_joined(std::string_view text) { return text.find(kSeparator) == std::string_view::npos; }

// The server reads the least number as -infinity and refuses the next one as out of range.
void append_time(std::string& out, WallTime time) {
  constexpr std::int64_t least = INT64_MIN + kEpochMicroseconds + 1;
  const auto number = static_cast<std::uint64_t>(std::max(time.time_since_epoch().count(), least) - kEpochMicroseconds);
  append_number(out, 8);
  append_number(out, static_cast<std::uint32_t>(number >> 32));
  append_number(out, static_cast<std::uint32_t>(number));
}

}  // namespace

void PgArrays::build(std::span<const Update> entries) {
  begin(agents_, kUuid, entries.size());
  for (std::string* texts : {&keys_, &values_, &errors_}) begin(*texts, kText, entries.size());
  begin(times_, kTimestamptz, entries.size());
  for (const Update& entry : entries) {
    append_agent_id(agents_, entry.agent);
    append_bytes(keys_, entry.key);
    append_bytes(values_, entry.value);
    append_bytes(errors_, entry.error);
    append_time(times_, entry.collected_at);
  }
  if (!has_error(entries)) set_empty(errors_, kText);
  const std::string* const arrays[] = {&agents_, &keys_, &values_, &errors_, &times_};
  for (std::size_t i = 0; i < 5; ++i) parameters_[i] = {*arrays[i], true};
  identities_[0] = parameters_[0];
  identities_[1] = parameters_[1];
  identities_[2] = parameters_[4];
}

bool PgAgentArrays::build(std::span<const Update> entries, std::size_t most_agents) {
  begin(agents_, kUuid, 0);
  for (std::string* texts : {&keys_, &values_, &errors_}) begin(*texts, kText, 0);
  begin(times_, kTimestamptz, 0);
  std::size_t agents = 0;
  for (std::size_t from = 0, to = 0; from < entries.size(); from = to) {
    const Update& first = entries[from];
    if (++agents > most_agents || (from > 0 && !(entries[from - 1].agent < first.agent))) return false;
    for (to = from; to < entries.size() && entries[to].agent == first.agent; ++to) {
      const Update& one = entries[to];
      const bool is_next = to == from || (entries[to - 1].key < one.key && one.collected_at == first.collected_at);
      if (!is_next || !can_be_joined(one.key) || !can_be_joined(one.value) || !can_be_joined(one.error)) return false;
    }
    if (to - from == 1 && first.key.empty()) return false;  // the server splits '' into nothing
    append_agent(entries.subspan(from, to - from));
  }
  std::string* const arrays[] = {&agents_, &keys_, &values_, &errors_, &times_};
  for (std::size_t i = 0; i < 5; ++i) {
    set_count(*arrays[i], agents);
    parameters_[i] = {*arrays[i], true};
  }
  return agents > 0;
}

void PgAgentArrays::append_agent(std::span<const Update> entries) {
  append_agent_id(agents_, entries.front().agent);
  append_time(times_, entries.front().collected_at);
  const auto join = [&](std::string& out, std::string_view Update::*text) {
    const std::size_t began = begin_text(out);
    for (const Update& one : entries) {
      if (&one != entries.data()) out += kSeparator;
      out.append(one.*text);
    }
    end_text(out, began);
  };
  join(keys_, &Update::key);
  join(values_, &Update::value);
  if (has_error(entries))
    join(errors_, &Update::error);
  else
    append_bytes(errors_, {});
}

PgUuidArray::PgUuidArray(std::span<const Uuid> ids) {
  begin(ids_, kUuid, ids.size());
  for (const Uuid& id : ids) append_agent_id(ids_, id);
  if (ids.empty()) set_empty(ids_, kUuid);
  parameter_ = {ids_, true};
}

PgSampleArray::PgSampleArray(std::span<const Update> entries, std::size_t most) {
  begin(agents_, kUuid, 0);
  const std::size_t step = entries.size() / most + 1;
  const Update* last = nullptr;
  for (std::size_t i = 0; i < entries.size(); i += step) {
    if (last != nullptr && last->agent == entries[i].agent) continue;
    last = &entries[i];
    append_agent_id(agents_, last->agent);
    ++count_;
  }
  set_count(agents_, count_);
  parameter_ = {agents_, true};
}

}  // namespace metabatch::sql
