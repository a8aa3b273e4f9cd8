// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The kinds of things that the inspector (inspect.hpp) finds, and their names.
namespace metabatch {

/// What a payload is.
enum class Form : std::uint8_t {
  chunk,         ///< 22 symbols an id: what metabatch sends
  raw_hex,       ///< older: 16 raw bytes an id, pasted as hex digits
  bytea,         ///< older: the same as PostgreSQL prints bytea, `\x...`
  binary,        ///< older: the raw bytes themselves
  ids_json,      ///< older: {"agent_ids":["<uuid>",...]}
  agent_json,    ///< per-agent channel: {"collected_at":"...","keys":[...]}
  uuid_list,     ///< UUIDs in any usual form, to be encoded
  channel_name,  ///< the name of a known channel alone
  probe,         ///< latency-measure:<uuid>
  beat,          ///< pubsub_watchdog
  empty,         ///< a notification without a payload
  unknown,       ///< a notification whose payload is none of these
  container,     ///< bytes of a kind that is named, and not read (Container)
};
/// What it was wrapped in.
enum class Wrapping : std::uint8_t { none, psql, notify, pg_notify, parameters, nats };
/// Which channel carried it, when the input says so.
enum class Channel : std::uint8_t { unnamed, batch, agent, latency, watchdog, other };

/// What the whole input is. Text in UTF-16 and UTF-32 is read, everything else but `none` is only
/// named.
enum class Container : std::uint8_t {
  none,
  utf_16le,
  utf_16be,
  utf_32le,
  utf_32be,
  gzip,
  zip,
  zstd,
  xz,
  bzip2,
  lz4,
  seven_zip,
  png,
  jpeg,
  gif,
  webp,
  pdf,
  elf,
  wasm,
  sqlite,
  pg_dump,
  tar,
  pcap,
  unknown,  ///< bytes that are neither text nor ids
};

/// What a stretch of the input is.
enum class SpanKind : std::uint8_t {
  blank,
  text,
  log_prefix,
  keyword,
  punctuation,
  channel,
  id,
  bad_id,
  rest,
  json_key,
  timestamp,
  agent_key,
  process_id,
  value,
  unread,
};
/// How it was found. odd: readable, but not as metabatch writes it; bad: not readable.
enum class Verdict : std::uint8_t { plain, good, odd, bad };

/// Another way to read a stretch that is damaged or written in another form.
enum class Reading : std::uint8_t {
  joined_lines,  ///< a payload that was wrapped into lines, without the line ends
  url_safe,      ///< base64 with `-` and `_` in place of `+` and `/`
  hex_prefix,    ///< hex digits behind `0x`
  hex_of_text,   ///< hex digits whose bytes are a text that names ids
  base64_bytes,  ///< base64 of the raw bytes of all ids together, with its padding
  mixed_order,   ///< GUIDs whose first three groups have their bytes reversed
};

/// Remarks, as bits of a Notes.
enum class Note : std::uint32_t {
  not_canonical = 1,    ///< the last symbol of an id carries bits that are not data
  truncated = 2,        ///< ends inside an id, a string or an object
  over_limit = 4,       ///< more than the 7999 bytes that a NOTIFY carries
  mixed_line_ends = 8,  ///< LF, CRLF or CR, but not one of them throughout (whole input only)
  nil_id = 16,          ///< names the nil UUID, which is no agent
  not_rfc = 32,         ///< a UUID whose variant is not RFC 9562, the nil and the Max UUID aside
  duplicates = 64,      ///< names an agent more than once
  bad_symbols = 128,    ///< holds bytes that its form does not have
  escaped = 256,        ///< read through escapes
  in_log = 512,         ///< stands in a line of a PostgreSQL log
  stopped = 1024,       ///< a limit was reached; what follows is one span `unread`
  utf_16 = 2048,        ///< the input is UTF-16 (whole input only)
  utf_32 = 4096,        ///< the input is UTF-32 (whole input only)
  padded = 8192,        ///< ids have the padding `=` of base64, which decode refuses
  odd_version = 16384,  ///< a UUID of a version that RFC 9562 does not define: 0, or 9 to 15
  max_id = 32768,       ///< names the Max UUID of RFC 9562, which is no agent
};
struct Notes {
  std::uint32_t bits = 0;
  [[nodiscard]] bool has(Note note) const { return (bits & static_cast<std::uint32_t>(note)) != 0; }
  void add(Note note) { bits |= static_cast<std::uint32_t>(note); }
  bool operator==(const Notes&) const = default;
};
inline constexpr std::size_t kNotes = 16;  // bits in use

/// Names as the JSON of `metabatch inspect` has them: `chunk`, `ids_json`, `not_canonical`, ...
std::string_view name_of(Form form);
std::string_view name_of(Wrapping wrapping);
std::string_view name_of(Channel channel);
std::string_view name_of(Container container);
std::string_view name_of(SpanKind kind);
std::string_view name_of(Verdict verdict);
std::string_view name_of(Reading reading);
std::string_view name_of(Note note);

}  // namespace metabatch
