// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "metabatch/chunks.hpp"
#include "metabatch/inspect.hpp"

/// Everything the inspector says to people.
namespace metabatch {
namespace {

template <std::size_t N, class Enum>
std::string_view pick(const std::string_view (&names)[N], Enum which) {
  const auto index = static_cast<std::size_t>(which);
  return index < N ? names[index] : std::string_view("?");
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string_view article(Form form) {
  static constexpr std::string_view kWords[] = {"a chunk",
                                                "an older payload, raw ids as hex digits",
                                                "an older payload, raw ids as bytea",
                                                "an older payload, raw bytes",
                                                "an older payload, JSON with agent_ids",
                                                "a message of one agent's channel",
                                                "a list of UUIDs",
                                                "the name of a channel",
                                                "a latency probe",
                                                "a watchdog beat",
                                                "a notification without a payload",
                                                "a notification with a payload that is none of ours"};
  return pick(kWords, form);
}

std::string_view words_of(Wrapping wrapping) {
  static constexpr std::string_view kWords[] = {"", ", as psql shows it", ", in a NOTIFY statement",
                                                ", in a call of pg_notify", ", as parameters of a logged statement"};
  return pick(kWords, wrapping);
}

std::string_view words_of(Note note) {
  switch (note) {
    case Note::not_canonical: return "the last symbol of an id carries bits that are not data";
    case Note::truncated: return "it is cut off";
    case Note::over_limit: return "it is longer than the 7999 bytes a NOTIFY carries";
    case Note::mixed_line_ends: return "line ends are mixed";
    case Note::nil_id: return "it names the nil UUID, which is no agent";
    case Note::not_rfc: return "a UUID is not of the RFC 9562 variant";
    case Note::duplicates: return "an agent is named more than once";
    case Note::bad_symbols: return "it holds bytes that do not belong there";
    case Note::escaped: return "SQL escapes were undone";
    case Note::in_log: return "it stands in a server log";
    case Note::stopped: return "reading stopped at the limit";
  }
  return "?";
}

std::string as_chunks(std::size_t ids) {
  constexpr std::size_t kIdsPerChunk = std::size_t{kDefaultPayloadBytes} / kIdSymbols;
  const std::size_t chunks = (ids + kIdsPerChunk - 1) / kIdsPerChunk;
  return counted(chunks, "chunk", "chunks");
}

std::string about_id(const FoundId& found, std::size_t index) {
  std::string text = format_uuid(found.id);
  if (found.id.is_nil()) return text + ": the nil UUID, which is no agent";
  const UuidVariant layout = variant(found.id);
  text += layout == UuidVariant::rfc ? ": version " + std::to_string(found.id.version())
                                     : ": variant " + std::string(name_of(layout));
  if (!found.canonical) text += ", last symbol not canonical";
  if (found.first != index) text += ", named before";
  return text;
}

}  // namespace

std::string_view name_of(Form form) {
  static constexpr std::string_view kNames[] = {"chunk",    "raw_hex",    "bytea",     "binary",
                                                "ids_json", "agent_json", "uuid_list", "channel_name",
                                                "probe",    "beat",       "empty",     "unknown"};
  return pick(kNames, form);
}

std::string_view name_of(Wrapping wrapping) {
  static constexpr std::string_view kNames[] = {"none", "psql", "notify", "pg_notify", "parameters"};
  return pick(kNames, wrapping);
}

std::string_view name_of(Channel channel) {
  static constexpr std::string_view kNames[] = {"unnamed", "batch", "agent", "latency", "watchdog", "other"};
  return pick(kNames, channel);
}

std::string_view name_of(SpanKind kind) {
  static constexpr std::string_view kNames[] = {"blank",     "text",      "log_prefix", "keyword", "punctuation",
                                                "channel",   "id",        "bad_id",     "rest",    "json_key",
                                                "timestamp", "agent_key", "process_id", "value",   "unread"};
  return pick(kNames, kind);
}

std::string_view name_of(Verdict verdict) {
  static constexpr std::string_view kNames[] = {"plain", "good", "odd", "bad"};
  return pick(kNames, verdict);
}

std::string_view name_of(Note note) {
  static constexpr std::string_view kNames[] = {"not_canonical", "truncated", "over_limit", "mixed_line_ends",
                                                "nil_id",        "not_rfc",   "duplicates", "bad_symbols",
                                                "escaped",       "in_log",    "stopped"};
  static_assert(std::size(kNames) == kNotes);
  std::size_t bit = 0;
  while (bit < kNotes && (1u << bit) != static_cast<unsigned>(note)) ++bit;
  return bit < kNotes ? kNames[bit] : std::string_view("?");
}

std::string describe(const Finding& finding, const Inspection& inspection) {
  std::string text(article(finding.form));
  text += words_of(finding.wrapping);
  if (finding.ids > 0) text += ": " + counted(finding.ids, "id", "ids");
  if (finding.form == Form::uuid_list) text += ", which would be " + as_chunks(finding.ids);
  if (finding.duplicates > 0) text += ", " + std::to_string(finding.duplicates) + " of them named before";
  if (finding.unreadable > 0) text += ", " + std::to_string(finding.unreadable) + " unreadable";
  text += "; " + counted(finding.payload_bytes, "byte", "bytes");
  if (finding.ids == 1) {
    const std::size_t index = finding.first_id;
    if (index < inspection.ids.size()) text += "; " + about_id(inspection.ids[index], index);
  }
  for (std::size_t bit = 0; bit < kNotes; ++bit) {
    const auto note = static_cast<Note>(1u << bit);
    if (finding.notes.has(note) && note != Note::duplicates) text += "; " + std::string(words_of(note));
  }
  return text;
}

std::string describe(const Span& span, const Inspection& inspection) {
  static constexpr std::string_view kWords[] = {"blank",
                                                "text that is no payload",
                                                "start of a server log line",
                                                "wording around a payload",
                                                "punctuation",
                                                "name of a channel",
                                                "an id",
                                                "an id that cannot be read",
                                                "rest that is too short for an id",
                                                "name of a member",
                                                "when the agent collected",
                                                "a key that changed",
                                                "process id of the sender",
                                                "a value",
                                                "not read"};
  if (span.kind == SpanKind::id && span.id < inspection.ids.size()) return about_id(inspection.ids[span.id], span.id);
  std::string text(pick(kWords, span.kind));
  if (span.kind == SpanKind::bad_id) text += ": the byte at offset " + std::to_string(span.bad_at) + " does not fit";
  if (span.kind == SpanKind::rest || span.kind == SpanKind::unread)
    text += ", " + counted(span.length, "byte", "bytes");
  return text;
}

}  // namespace metabatch
