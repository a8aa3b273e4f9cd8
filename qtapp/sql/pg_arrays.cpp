// SPDX-License-Identifier: Apache-2.0
#include "sql/pg_arrays.hpp"

#include <algorithm>

namespace metabatch::sql {
namespace {

// pg_type.dat: the types of the elements
constexpr std::uint32_t kUuid = 2950;
constexpr std::uint32_t kText = 25;
constexpr std::uint32_t kTimestamptz = 1184;
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

void append_bytes(std::string& out, std::string_view bytes) {
  append_number(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

// The least number there is means -infinity to the server, the next one is out of its range.
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
    append_bytes(agents_, {reinterpret_cast<const char*>(entry.agent.bytes.data()), entry.agent.bytes.size()});
    append_bytes(keys_, entry.key);
    append_bytes(values_, entry.value);
    append_bytes(errors_, entry.error);
    append_time(times_, entry.collected_at);
  }
  const std::string* const arrays[] = {&agents_, &keys_, &values_, &errors_, &times_};
  for (std::size_t i = 0; i < 5; ++i) parameters_[i] = {*arrays[i], true};
  identities_[0] = parameters_[0];
  identities_[1] = parameters_[1];
  identities_[2] = parameters_[4];
}

}  // namespace metabatch::sql
