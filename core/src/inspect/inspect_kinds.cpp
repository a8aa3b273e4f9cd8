// SPDX-License-Identifier: Apache-2.0
#include "metabatch/inspect_kinds.hpp"

#include "base/enum_names.hpp"

namespace metabatch {

std::string_view name_of(Form form) {
  static constexpr std::string_view kNames[] = {"chunk",      "raw_hex",   "bytea",        "binary", "ids_json",
                                                "agent_json", "uuid_list", "channel_name", "probe",  "beat",
                                                "empty",      "unknown",   "container"};
  return enum_name(kNames, form);
}

std::string_view name_of(Wrapping wrapping) {
  static constexpr std::string_view kNames[] = {"none", "psql", "notify", "pg_notify", "parameters", "nats"};
  return enum_name(kNames, wrapping);
}

std::string_view name_of(Channel channel) {
  static constexpr std::string_view kNames[] = {"unnamed", "batch", "agent", "latency", "watchdog", "other"};
  return enum_name(kNames, channel);
}

std::string_view name_of(Container container) {
  static constexpr std::string_view kNames[] = {"none", "utf_16le", "utf_16be", "utf_32le", "utf_32be", "gzip",
                                                "zip",  "zstd",     "xz",       "bzip2",    "lz4",      "7z",
                                                "png",  "jpeg",     "gif",      "webp",     "pdf",      "elf",
                                                "wasm", "sqlite",   "pg_dump",  "tar",      "pcap",     "unknown"};
  return enum_name(kNames, container);
}

std::string_view name_of(Reading reading) {
  static constexpr std::string_view kNames[] = {"joined_lines", "url_safe",     "hex_prefix",
                                                "hex_of_text",  "base64_bytes", "mixed_order"};
  return enum_name(kNames, reading);
}

std::string_view name_of(SpanKind kind) {
  static constexpr std::string_view kNames[] = {"blank",     "text",      "log_prefix", "keyword", "punctuation",
                                                "channel",   "id",        "bad_id",     "rest",    "json_key",
                                                "timestamp", "agent_key", "process_id", "value",   "unread"};
  return enum_name(kNames, kind);
}

std::string_view name_of(Verdict verdict) {
  static constexpr std::string_view kNames[] = {"plain", "good", "odd", "bad"};
  return enum_name(kNames, verdict);
}

std::string_view name_of(Note note) {
  static constexpr std::string_view kNames[] = {
      "not_canonical", "truncated", "over_limit", "mixed_line_ends", "nil_id", "not_rfc", "duplicates",  "bad_symbols",
      "escaped",       "in_log",    "stopped",    "utf_16",          "utf_32", "padded",  "odd_version", "max_id"};
  static_assert(std::size(kNames) == kNotes);
  std::size_t bit = 0;
  while (bit < kNotes && (1u << bit) != static_cast<unsigned>(note)) ++bit;
  return bit < kNotes ? kNames[bit] : std::string_view("?");
}

}  // namespace metabatch
