// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/uuid.hpp"

/// Reads anything a person may paste and says what it is. Strict decoding is chunks.hpp; this never fails.
/// All results are numbers and enums; names and sentences are made at the edge, by the functions below.
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
};
/// What it was wrapped in.
enum class Wrapping : std::uint8_t { none, psql, notify, pg_notify, parameters };
/// Which channel carried it, when the paste says so.
enum class Channel : std::uint8_t { unnamed, batch, agent, latency, watchdog, other };

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

/// Remarks, as bits of a Notes.
enum class Note : std::uint16_t {
  not_canonical = 1,    ///< the last symbol of an id carries bits that are not data
  truncated = 2,        ///< ends inside an id, a string or an object
  over_limit = 4,       ///< more than the 7999 bytes that a NOTIFY carries
  mixed_line_ends = 8,  ///< LF, CRLF or CR, but not one of them throughout (whole input only)
  nil_id = 16,          ///< names the nil UUID, which is no agent
  not_rfc = 32,         ///< a UUID whose variant is not RFC 9562, the nil UUID aside
  duplicates = 64,      ///< names an agent more than once
  bad_symbols = 128,    ///< holds bytes that its form does not have
  escaped = 256,        ///< read through the escapes of an SQL string
  in_log = 512,         ///< stands in a line of a PostgreSQL log
  stopped = 1024,       ///< a limit was reached; the rest is one span `unread` (whole input only)
};
struct Notes {
  std::uint16_t bits = 0;
  [[nodiscard]] bool has(Note note) const { return (bits & static_cast<std::uint16_t>(note)) != 0; }
  void add(Note note) { bits = static_cast<std::uint16_t>(bits | static_cast<std::uint16_t>(note)); }
  bool operator==(const Notes&) const = default;
};
inline constexpr std::size_t kNotes = 11;  // bits in use

inline constexpr std::uint32_t kNowhere = 0xffff'ffff;  // no finding, no id

/// @shape the spans of an inspection cover its input, in order, without a gap, none empty
struct Span {
  std::size_t at = 0;  ///< byte offset
  std::size_t length = 0;
  SpanKind kind = SpanKind::text;
  Verdict verdict = Verdict::plain;
  std::uint32_t finding = kNowhere;  ///< index of the finding it belongs to
  std::uint32_t id = kNowhere;       ///< index into ids, for kind id
  std::size_t bad_at = 0;            ///< for kind bad_id: what makes it unreadable; its end when it is too short
};

/// One id as it stands in the input; the same agent may be named many times.
struct FoundId {
  Uuid id;
  std::uint32_t span = kNowhere;
  std::uint32_t finding = kNowhere;
  std::uint32_t first = 0;  ///< index of the first FoundId with this id; its own when it is the first
  bool canonical = true;
};

/// One payload, or list, or name.
struct Finding {
  Form form = Form::unknown;
  Wrapping wrapping = Wrapping::none;
  Channel channel = Channel::unnamed;
  Verdict verdict = Verdict::good;
  Notes notes;
  std::size_t at = 0;  ///< byte offset of the whole, wrapping included
  std::size_t length = 0;
  std::size_t payload_bytes = 0;  ///< as PostgreSQL would carry it, escapes undone; of lists and names: as pasted
  std::uint32_t first_span = 0;
  std::uint32_t spans = 0;  ///< those from first_span; separators between UUIDs of a list are among them
  std::uint32_t first_id = 0;
  std::uint32_t ids = 0;
  std::uint32_t unreadable = 0;  ///< spans of kind bad_id
  std::uint32_t duplicates = 0;  ///< ids named before in this finding
};

struct Inspection {
  std::vector<Span> spans;
  std::vector<FoundId> ids;
  std::vector<Finding> findings;
  Notes notes;  ///< of the whole input, and all those of the findings
  std::uint32_t distinct_ids = 0;
  std::size_t read_bytes = 0;  ///< less than the input when a limit stopped the reading
};

/// Bounds the memory of the result: 40 bytes a span and 32 an id, at most one id a span.
struct InspectLimits {
  std::size_t max_spans = 1'000'000;
};

/// @errors none: what cannot be read is a span that says so
/// @owns   nothing of `input`; the result holds offsets, no text
/// @cost   linear in the input, plus sorting the ids; 50 MB of anything, however hostile, take a few seconds
Inspection inspect(std::string_view input, InspectLimits limits = {});

/// Names as the JSON of `metabatch inspect` has them: `chunk`, `ids_json`, `not_canonical`, ...
std::string_view name_of(Form form);
std::string_view name_of(Wrapping wrapping);
std::string_view name_of(Channel channel);
std::string_view name_of(SpanKind kind);
std::string_view name_of(Verdict verdict);
std::string_view name_of(Note note);

/// One sentence for people. They quote no byte of the input other than UUIDs they have read.
std::string describe(const Finding& finding, const Inspection& inspection);
std::string describe(const Span& span, const Inspection& inspection);

}  // namespace metabatch
