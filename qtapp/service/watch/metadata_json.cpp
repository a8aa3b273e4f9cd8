// SPDX-License-Identifier: Apache-2.0
#include "service/watch/metadata_json.hpp"

#include "base/json_writer.hpp"

namespace metabatch::service {
namespace {

constexpr std::int64_t kLongestAge = 9'223'372'036;  // seconds: the most nanoseconds in 63 bits

std::int64_t age_of(WallTime collected_at, WallTime now) {
  constexpr std::int64_t kPerSecond = 1'000'000;
  const std::int64_t then_us = collected_at.time_since_epoch().count(), now_us = now.time_since_epoch().count();
  if (then_us < now_us - kLongestAge * kPerSecond) return kLongestAge;
  return (now_us - then_us) / kPerSecond;
}

void append(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  append_json_text(out, text, JsonEscapes::html);
}

}  // namespace

std::string metadata_json(std::span<const sql::MetadataRow> rows, WallTime now) {
  std::string out = "[";
  out.reserve(rows.size() * 256 + 2);
  for (const sql::MetadataRow& row : rows) {
    if (out.size() > 1) out += ',';
    out.append("{\"result\":{\"collected_at\":\"").append(format_wall_time(row.collected_at));
    out.append("\",\"age\":").append(std::to_string(age_of(row.collected_at, now)));
    append(out, ",\"value\":", row.value);
    append(out, ",\"error\":", row.error);
    append(out, "},\"description\":{\"display_name\":", row.display_name);
    append(out, ",\"key\":", row.key);
    append(out, ",\"script\":", row.script);
    out.append(",\"interval\":").append(std::to_string(row.interval));
    out.append(",\"timeout\":").append(std::to_string(row.timeout)).append("}}");
  }
  return out += ']';
}

}  // namespace metabatch::service
