// SPDX-License-Identifier: Apache-2.0
#include "metabatch/inspect.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/enum_names.hpp"
#include "base/figure_text.hpp"
#include "base/order.hpp"
#include "inspect/alternatives.hpp"
#include "inspect/bytes/encoding.hpp"
#include "inspect/bytes/symbols.hpp"
#include "inspect/bytes/windows.hpp"
#include "inspect/reading.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch {
namespace {

using namespace inspecting;

constexpr std::size_t kUuidBytes = 16;

Uuid id_at(std::string_view input, std::size_t at) {
  Uuid id;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(input.data()) + at, kUuidBytes, id.bytes.begin());
  return id;
}

/// Where raw ids begin: behind what may stand in front of them, at the offset with the most
/// plausible ones. Nothing: most of the bytes are no ids at any.
std::optional<std::size_t> offset_of_ids(std::string_view input) {
  std::size_t best = 0, most = 0;
  for (std::size_t offset = 0; offset < kUuidBytes && offset + kUuidBytes <= input.size(); ++offset) {
    std::size_t plausible = 0;
    for (std::size_t at = offset; at + kUuidBytes <= input.size(); at += kUuidBytes)
      plausible += is_plausible(id_at(input, at)) ? 1 : 0;
    if (plausible <= most) continue;
    most = plausible;
    best = offset;
    if (offset == 0 && plausible == input.size() / kUuidBytes) break;
  }
  const std::size_t windows = (input.size() - best) / kUuidBytes;
  const bool is_one = input.size() == kUuidBytes;
  if (most * 2 < windows || most == 0 || (best > 0 && windows < 3))
    return is_one ? std::optional<std::size_t>(0) : std::nullopt;
  return best;
}

void read_binary(std::string_view input, Recorder& out) {
  const auto offset = offset_of_ids(input);
  out.begin_finding(offset ? Form::binary : Form::container);
  if (!offset) return out.upto(input.size(), SpanKind::value);
  out.upto(*offset, SpanKind::rest, Verdict::bad);
  std::size_t at = *offset;
  for (; at + kUuidBytes <= input.size() && !out.full(); at += kUuidBytes)
    out.id_upto(at + kUuidBytes, id_at(input, at));
  if ((at < input.size() || *offset > 0) && out.in_finding() && !out.full()) out.finding().notes.add(Note::truncated);
  out.upto(input.size(), SpanKind::rest, Verdict::bad);
}

bool has_mixed_line_ends(std::string_view input) {
  if (input.find('\r') == input.npos) return false;
  bool met[3] = {};  // LF, CRLF, CR
  for (std::size_t at = find_line_end(input, 0); at < input.size(); at = find_line_end(input, at + 1)) {
    const bool crlf = input[at] == '\r' && at + 1 < input.size() && input[at + 1] == '\n';
    met[crlf ? 1 : input[at] == '\r' ? 2 : 0] = true;
    if (crlf) ++at;
  }
  return met[0] + met[1] + met[2] > 1;
}

/// Only where each agent should stand once. A probe names its measurer twice by design; the
/// parameters of an UPDATE have the agent of every row.
bool lists_agents_once(const Finding& finding) {
  if (finding.form == Form::uuid_list) return finding.wrapping != Wrapping::parameters;
  return finding.form != Form::probe && finding.form != Form::agent_json && finding.form != Form::channel_name &&
         finding.form != Form::unknown;
}

void find_duplicates(Inspection& result) {
  std::vector<KeyedIndex> order;
  order_ids(order, result.ids.size(), [&](std::size_t i) -> const Uuid& { return result.ids[i].id; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    FoundId& one = result.ids[order[i].index];
    const bool seen = i > 0 && result.ids[order[i - 1].index].id == one.id;
    if (!seen) {
      ++result.distinct_ids;
      continue;
    }
    const FoundId& before = result.ids[order[i - 1].index];
    one.first = before.first;
    if (one.finding == kNowhere || before.finding != one.finding) continue;
    Finding& finding = result.findings[one.finding];
    if (!lists_agents_once(finding)) continue;
    ++finding.duplicates;
    finding.notes.add(Note::duplicates);
    if (finding.verdict == Verdict::good) finding.verdict = Verdict::odd;
  }
}

/// Covers the input, and reads what can be read of it.
void read_input(std::string_view input, Recorder& out, Inspection& result) {
  result.container = container_of(input);
  if (is_unicode(result.container)) {
    const MadeText text = transcoded(input, result.container);
    out.upto(text.map.raw(0), SpanKind::blank);
    read_text(out, text.source());
    const bool is_wide = result.container == Container::utf_32le || result.container == Container::utf_32be;
    result.notes.add(is_wide ? Note::utf_32 : Note::utf_16);
  } else if (result.container != Container::none) {
    out.begin_finding(Form::container);
    out.upto(input.size(), SpanKind::value);
  } else if (is_binary(input)) {
    read_binary(input, out);
    if (!result.findings.empty() && result.findings[0].form == Form::container) result.container = Container::unknown;
  } else {
    read_text(out, Source{input});
    if (has_mixed_line_ends(input)) result.notes.add(Note::mixed_line_ends);
  }
  out.end_finding();
}

}  // namespace

Inspection inspecting::inspect_plainly(std::string_view input, InspectLimits limits) {
  Inspection result;
  Recorder out(result, limits.max_spans);
  read_input(input, out, result);
  result.read_bytes = out.covered();
  if (result.read_bytes < input.size() && !out.full()) {
    out.upto(input.size(), SpanKind::text);
    result.read_bytes = out.covered();
  }
  if (result.read_bytes < input.size()) {
    Span unread;
    unread.at = result.read_bytes;
    unread.length = input.size() - result.read_bytes;
    unread.kind = SpanKind::unread;
    result.spans.push_back(unread);
    result.notes.add(Note::stopped);
  }
  find_duplicates(result);
  for (const Finding& finding : result.findings) result.notes.bits |= finding.notes.bits;
  return result;
}

Inspection inspect(std::string_view input, InspectLimits limits) {
  Inspection result = inspect_plainly(input, limits);
  find_mixed_order(result);
  count_ids(input, result);
  return result;
}

// What the inspector says to people.

namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return counted_figure(static_cast<double>(count), one, many);
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
                                                "a notification with a payload that is none of ours",
                                                "bytes that are neither text nor ids"};
  return enum_name(kWords, form);
}

std::string_view words_of(Wrapping wrapping) {
  static constexpr std::string_view kWords[] = {"",
                                                ", as psql shows it",
                                                ", in a NOTIFY statement",
                                                ", in a call of pg_notify",
                                                ", as parameters of a logged statement",
                                                ", as NATS carries it"};
  return enum_name(kWords, wrapping);
}

std::string words_of(Container container) {
  static constexpr std::string_view kWords[] = {"",
                                                "UTF-16 text",
                                                "UTF-16 text",
                                                "UTF-32 text",
                                                "UTF-32 text",
                                                "gzip data",
                                                "a zip archive",
                                                "zstd data",
                                                "xz data",
                                                "bzip2 data",
                                                "LZ4 data",
                                                "a 7z archive",
                                                "a PNG picture",
                                                "a JPEG picture",
                                                "a GIF picture",
                                                "a WebP picture",
                                                "a PDF document",
                                                "an ELF program",
                                                "a WebAssembly module",
                                                "a SQLite database",
                                                "a dump of pg_dump",
                                                "a tar archive",
                                                "captured packets",
                                                "bytes of no known kind"};
  return std::string(enum_name(kWords, container));
}

std::string_view words_of(Reading reading) {
  static constexpr std::string_view kWords[] = {"with its lines joined",      "as URL-safe base64",
                                                "as hex digits behind 0x",    "as hex digits of a text",
                                                "as base64 of the raw bytes", "as GUIDs in mixed byte order"};
  return enum_name(kWords, reading);
}

std::string_view words_of(Note note) {
  switch (note) {
    case Note::not_canonical: return "the last symbol of an id carries bits that are not data";
    case Note::truncated: return "it is cut off";
    case Note::over_limit: return "it is longer than the 7,999 bytes a NOTIFY carries";
    case Note::mixed_line_ends: return "line ends are mixed";
    case Note::nil_id: return "it names the nil UUID, which is no agent";
    case Note::not_rfc: return "a UUID is not of the RFC 9562 variant";
    case Note::duplicates: return "an agent is named more than once";
    case Note::bad_symbols: return "it holds bytes that do not belong there";
    case Note::escaped: return "escapes were undone";
    case Note::in_log: return "it stands in a server log";
    case Note::stopped: return "reading stopped at the limit";
    case Note::utf_16: return "it is UTF-16";
    case Note::utf_32: return "it is UTF-32";
    case Note::padded: return "it has the padding of base64, which decode refuses";
    case Note::odd_version: return "a UUID has a version that RFC 9562 does not define";
    case Note::max_id: return "it names the Max UUID, which is no agent";
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
  if (inspecting::is_max(found.id)) return text + ": the Max UUID of RFC 9562, which is no agent";
  const UuidVariant layout = variant(found.id);
  text += layout == UuidVariant::rfc ? ": version " + std::to_string(found.id.version())
                                     : ": variant " + std::string(name_of(layout));
  if (layout == UuidVariant::rfc && !inspecting::is_plausible(found.id)) text += ", which RFC 9562 does not define";
  if (!found.canonical) text += ", last symbol not canonical";
  if (found.first != index) text += ", named before";
  return text;
}

/// A window of a chunk has 22 symbols, a UUID 32 digits and 36 characters.
std::string about_bad_id(const Span& span) {
  std::string position = "the byte at offset " + count_figure(static_cast<double>(span.bad_at)) + " does not fit";
  if (span.length == kUuidChars - 1) return "a UUID with 35 characters, one too few; " + position;
  if (span.length == kUuidChars + 1) return "a UUID with 37 characters, one too many; " + position;
  if (span.length < kIdSymbols || (span.length > kIdSymbols && span.length < 32))
    return counted(span.length, "byte", "bytes") + " in place of " + std::to_string(kIdSymbols) + " symbols";
  return position;
}

}  // namespace

std::string describe(const Alternative& alternative) {
  std::string text =
      "read " + std::string(words_of(alternative.reading)) + ": " + counted(alternative.ids, "id", "ids");
  if (alternative.lines > 1) text += " of " + counted(alternative.lines, "line", "lines");
  return text;
}

std::string describe(const Finding& finding, const Inspection& inspection) {
  std::string text(article(finding.form));
  if (finding.form == Form::container && inspection.container != Container::unknown)
    text = words_of(inspection.container) + ", which is not read";
  text += words_of(finding.wrapping);
  if (finding.ids > 0) text += ": " + counted(finding.ids, "id", "ids");
  if (finding.form == Form::uuid_list && finding.ids > 0) text += ", which would be " + as_chunks(finding.ids);
  if (finding.duplicates > 0)
    text += ", " + count_figure(static_cast<double>(finding.duplicates)) + " of them named before";
  if (finding.unreadable > 0) text += ", " + count_figure(static_cast<double>(finding.unreadable)) + " unreadable";
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
  std::string text(enum_name(kWords, span.kind));
  if (span.kind == SpanKind::bad_id) text += ": " + about_bad_id(span);
  if (span.kind == SpanKind::rest || span.kind == SpanKind::unread)
    text += ", " + counted(span.length, "byte", "bytes");
  return text;
}

}  // namespace metabatch
