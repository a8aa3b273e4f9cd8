// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/payload.hpp"

#include <algorithm>

#include "inspect/bytes/symbols.hpp"
#include "inspect/bytes/windows.hpp"
#include "inspect/text/json_object.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::string_view kAgentPrefix = "workspace_agent_metadata:";
constexpr std::string_view kProbePrefix = "latency-measure:";

/// Is most of it made of the symbols of a chunk?
bool resembles_chunk(std::string_view text) {
  if (text.size() < kIdSymbols) return false;
  const auto others = std::count_if(text.begin(), text.end(), [](char c) { return !is_symbol(c); });
  return static_cast<std::size_t>(others) <= text.size() / 4;
}

Form form_without_ids(Channel channel, Form otherwise) {
  if (channel == Channel::watchdog) return Form::beat;
  return channel == Channel::latency ? Form::probe : otherwise;
}

void read_one_id(Recorder& out, const Source& payload, const Uuid& id, Channel channel) {
  out.finding().form = channel == Channel::latency ? Form::probe : Form::uuid_list;
  out.id_upto(payload.raw(payload.text.size()), id);
}

/// One id, or `size` bytes in its place that are none.
void put_window(Recorder& out, const Source& payload, std::size_t at, std::size_t size) {
  const std::string_view window = payload.text.substr(at, size);
  const std::size_t end = payload.raw(at + size);
  if (size != kIdSymbols) return out.bad_id_upto(end, payload.raw(at + end_of_run(window, 0, kSymbol)));
  const auto met = ChunkReader(window).next();
  if (met->id)
    out.id_upto(end, *met->id, met->canonical);
  else
    out.bad_id_upto(end, payload.raw(at + met->bad_at));
}

/// What is left behind the ids is the beginning of another one, or was never a part of any.
Note note_of_rest(std::string_view rest, unsigned classes) {
  return all_of(rest, classes) ? Note::truncated : Note::bad_symbols;
}

}  // namespace

void read_chunk(Recorder& out, const Source& payload) {
  if (out.full()) return;
  out.finding().form = Form::chunk;
  const std::string_view text = payload.text;
  const bool is_damaged = text.size() % kIdSymbols != 0 || !all_of(text, kSymbol);
  std::size_t at = 0;
  while (at + kIdSymbols <= text.size() && !out.full()) {
    std::size_t size = kIdSymbols;
    // Behind a lost or added byte every aligned window would decode to an id that nobody sent.
    if (is_damaged && !is_sound_window(text, at) && !is_sound_window(text, at + kIdSymbols))
      if (const std::size_t skip = bytes_to_sound_windows(text, at)) size = skip;
    put_window(out, payload, at, size);
    at += size;
  }
  if (at >= text.size() || out.full()) return;
  out.finding().notes.add(note_of_rest(text.substr(at), kSymbol));
  out.upto(payload.raw(text.size()), SpanKind::rest, Verdict::bad);
}

void read_hex(Recorder& out, const Source& payload, std::size_t from, Form form) {
  if (out.full()) return;
  out.finding().form = form;
  constexpr std::size_t kDigits = 32;
  for (; from + kDigits <= payload.text.size() && !out.full(); from += kDigits) {
    const std::string_view window = payload.text.substr(from, kDigits);
    std::size_t good = 0;
    while (good < kDigits && is_hex(window[good])) ++good;
    const std::size_t end = payload.raw(from + kDigits);
    if (good == kDigits)
      out.id_upto(end, *parse_uuid(window));
    else
      out.bad_id_upto(end, payload.raw(from + good));
  }
  if (from >= payload.text.size() || out.full()) return;
  out.finding().notes.add(note_of_rest(payload.text.substr(from), kHexDigit));
  out.upto(payload.raw(payload.text.size()), SpanKind::rest, Verdict::bad);
}

bool is_hex_of_text(std::string_view digits) {
  if (digits.size() < 32 || digits.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const unsigned byte = hex_value(digits[i]) << 4 | hex_value(digits[i + 1]);
    if ((byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte > 0x7e) return false;
  }
  return true;
}

namespace {

/// PostgreSQL and journals end what they cut with dots. How many bytes of the payload stand in
/// front of them.
std::size_t without_dots(std::string_view text) {
  for (const std::string_view dots : {"...", "\xe2\x80\xa6"})
    if (text.size() > kIdSymbols && text.substr(text.size() - 3) == dots && is_symbol(text[text.size() - 4]))
      return text.size() - 3;
  return text.size();
}

}  // namespace

void read_bounded_chunk(Recorder& out, const Source& payload) {
  const std::string_view text = payload.text;
  const std::size_t dots = without_dots(text);
  std::size_t size = dots;
  while (size > 0 && text[size - 1] == '=' && dots - size < 2) --size;
  if (size % kIdSymbols != 0 && size != dots) size = dots;  // padding stands behind whole ids only
  read_chunk(out, payload.part(0, size));
  if (out.full() || size == text.size()) return;
  if (size != dots) out.finding().notes.add(Note::padded);
  if (dots != text.size()) out.finding().notes.add(Note::truncated);
  out.upto(payload.raw(dots), SpanKind::punctuation, Verdict::odd);
  out.upto(payload.raw(text.size()), SpanKind::rest, Verdict::bad);
}

namespace {

void read_hex_payload(Recorder& out, const Source& payload, std::size_t from, Form form) {
  if (!is_hex_of_text(payload.text.substr(from))) return read_hex(out, payload, from, form);
  out.finding().form = Form::unknown;
  const std::size_t at = payload.raw(0), end = payload.raw(payload.text.size());  // with what says that it is hex
  out.add_alternative({Reading::hex_of_text, at, end - at, 0, 1});
  out.upto(end, SpanKind::value);
}

bool is_of_ids(std::string_view payload, Channel channel) {
  const bool is_hex = payload.size() % 32 == 0 && all_of(payload, kHexDigit);
  return channel == Channel::batch || is_hex || payload.substr(0, 2) == "\\x" || resembles_chunk(payload) ||
         parse_uuid(payload).has_value();
}

/// A payload without blanks at its ends.
void read_trimmed(Recorder& out, const Source& payload, Channel channel) {
  const std::string_view text = payload.text;
  const std::size_t end = payload.raw(text.size());
  const auto id = parse_uuid(text);
  if (text.empty()) {
    out.finding().form = form_without_ids(channel, Form::empty);
  } else if (id) {
    read_one_id(out, payload, *id, channel);
    if (channel == Channel::batch && !out.full()) out.finding().notes.add(Note::bad_symbols);
  } else if (text.front() == '{') {
    const std::size_t stop = read_json(out, payload, 0);
    if (stop < text.size() && !out.full()) out.finding().notes.add(Note::bad_symbols);
    out.upto(end, SpanKind::rest, Verdict::bad);
  } else if (text.substr(0, 2) == "\\x") {
    out.upto(payload.raw(2), SpanKind::punctuation);
    read_hex_payload(out, payload, 2, Form::bytea);
  } else if (text.size() % 32 == 0 && all_of(text, kHexDigit)) {
    read_hex_payload(out, payload, 0, Form::raw_hex);
  } else if (resembles_chunk(text) || channel == Channel::batch) {
    read_bounded_chunk(out, payload);
  } else {
    out.finding().form = form_without_ids(channel, Form::unknown);
    out.upto(end, SpanKind::value);
  }
}

}  // namespace

void read_payload(Recorder& out, const Source& payload, Channel channel) {
  if (out.full()) return;
  const std::string_view text = payload.text;
  out.finding().payload_bytes = text.size();
  if (text.size() > kMaxNotifyBytes) out.finding().notes.add(Note::over_limit);
  std::size_t from = end_of_run(text, 0, kBlank), to = text.size();
  if (from == to) from = 0;
  while (to > from && is_blank(text[to - 1])) --to;
  const std::string_view inner = text.substr(from, to - from);
  const bool is_json = inner.substr(0, 1) == "{";
  // Blanks are a part of a value that means nothing to us.
  if (inner.size() == text.size() || (!is_json && !is_of_ids(inner, channel)))
    return read_trimmed(out, payload, channel);
  // JSON may have blanks around it; ids may not.
  const Verdict verdict = is_json ? Verdict::plain : Verdict::bad;
  out.upto(payload.raw(from), is_json ? SpanKind::blank : SpanKind::rest, verdict);
  read_trimmed(out, payload.part(from, to - from), channel);
  if (!is_json && !out.full()) out.finding().notes.add(Note::bad_symbols);
  out.upto(payload.raw(text.size()), is_json ? SpanKind::blank : SpanKind::rest, verdict);
}

std::size_t close_behind_line(const Source& input, std::size_t from, std::size_t line_end, std::string_view close) {
  constexpr std::size_t kFarthest = 16 * 1024;  // twice what a NOTIFY carries
  constexpr std::string_view kOfJson = "{}[]\":,.-_=";
  const std::string_view text = input.text;
  const std::size_t begin = end_of_run(text.substr(0, line_end), from, kBlank);
  const bool is_escaped = input.map != nullptr;  // a line end that an escape stands for is one of the payload
  const bool is_any = is_escaped || begin == line_end || text[begin] == '{';
  const std::size_t most = std::min(text.size(), line_end + kFarthest);
  for (std::size_t at = line_end; at < most; ++at) {
    if (text.substr(at, close.size()) == close) return at;
    const bool is_payload = is_of(text[at], kSymbol) || kOfJson.find(text[at]) != kOfJson.npos;
    if (!is_blank(text[at]) && !(is_any && is_payload)) break;
  }
  return std::string_view::npos;
}

namespace {

constexpr std::string_view kSubjectPrefix = "coder.v1.pubsub.";

/// The name behind the prefix of NATS subjects.
std::size_t size_of_subject_prefix(std::string_view name) {
  return name.substr(0, kSubjectPrefix.size()) == kSubjectPrefix ? kSubjectPrefix.size() : 0;
}
bool begins_with(std::string_view name, std::string_view prefix, char divider) {
  return name.size() > prefix.size() - 1 && name.substr(0, prefix.size() - 1) == prefix.substr(0, prefix.size() - 1) &&
         (name[prefix.size() - 1] == ':' || name[prefix.size() - 1] == divider);
}

}  // namespace

Channel channel_of(std::string_view full_name) {
  const std::size_t prefix = size_of_subject_prefix(full_name);
  const std::string_view name = full_name.substr(prefix);
  const char divider = prefix > 0 ? '.' : ':';
  if (name == "workspace_agent_metadata_batch") return Channel::batch;
  if (name == "pubsub_watchdog") return Channel::watchdog;
  if (begins_with(name, kAgentPrefix, divider)) return Channel::agent;
  if (begins_with(name, kProbePrefix, divider)) return Channel::latency;
  return Channel::other;
}

Channel read_channel(Recorder& out, const Source& name) {
  const Channel channel = channel_of(name.text);
  const std::size_t end = name.raw(name.text.size());
  if (channel != Channel::agent && channel != Channel::latency) {
    out.upto(end, SpanKind::channel);
    return channel;
  }
  const std::size_t prefix =
      size_of_subject_prefix(name.text) + (channel == Channel::agent ? kAgentPrefix.size() : kProbePrefix.size());
  out.upto(name.raw(prefix), SpanKind::channel);
  const auto id = parse_uuid(name.text.substr(prefix));
  if (id)
    out.id_upto(end, *id);
  else
    out.bad_id_upto(end, std::min(end, name.raw(prefix + id.error().at)));
  return channel;
}

}  // namespace metabatch::inspecting
