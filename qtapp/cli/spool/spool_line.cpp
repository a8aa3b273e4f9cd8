// SPDX-License-Identifier: Apache-2.0
#include "cli/spool/spool_line.hpp"

#include <charconv>

#include "base/json_writer.hpp"
#include "base/sha256.hpp"

namespace metabatch::cli {
namespace {

constexpr std::string_view kMark = ",\"spool\":{\"line\":";  // inside a string, the quotes would be escaped
constexpr std::string_view kOf = ",\"of\":";
constexpr std::string_view kSum = ",\"sha256\":\"";
constexpr std::string_view kEnd = "\"}}";
constexpr std::size_t kDigits = 16;

/// Removes a number and the text that must follow it from the front.
bool take_number(std::string_view& text, std::string_view behind, std::uint64_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (read.ec != std::errc() || !text.starts_with(behind)) return false;
  text.remove_prefix(behind.size());
  return true;
}

}  // namespace

void append_spool_line(std::string& out, const Update& update, std::uint64_t line, std::uint64_t of) {
  const std::size_t begin = out.size();
  out.append("{\"agent\":\"").append(format_uuid(update.agent)).append("\",\"key\":");
  append_json_text(out, update.key);
  out += ",\"value\":";
  append_json_text(out, update.value);
  out += ",\"error\":";
  append_json_text(out, update.error);
  out.append(",\"collected_at\":\"").append(format_wall_time(update.collected_at)).append("\"");
  const std::string sum = sha256_hex(std::string_view(out).substr(begin));
  out.append(kMark).append(std::to_string(line)).append(kOf).append(std::to_string(of));
  out.append(kSum).append(sum, 0, kDigits).append(kEnd).append("\n");
}

SpoolCheck check_spool_line(std::string_view line) {
  const std::size_t at = line.rfind(kMark);
  if (at == std::string_view::npos) return {};
  std::string_view rest = line.substr(at + kMark.size());
  std::uint64_t number = 0, of = 0;
  const bool is_whole = take_number(rest, kOf, number) && take_number(rest, kSum, of) &&
                        rest.size() == kDigits + kEnd.size() && rest.ends_with(kEnd);
  const bool is_good = is_whole && sha256_hex(line.substr(0, at)).starts_with(rest.substr(0, kDigits));
  return {is_good ? SpoolCheck::Verdict::good : SpoolCheck::Verdict::damaged, is_good ? of : 0};
}

}  // namespace metabatch::cli
