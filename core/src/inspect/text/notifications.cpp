// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/notifications.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "inspect/bytes/symbols.hpp"
#include "inspect/text/payload.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

/// A quoted part of a line, without its quotes.
struct Quoted {
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t behind = 0;  ///< behind the closing quote; `to` where there is none
};

struct QuotePair {
  std::string_view open;
  std::string_view close;
};
/// Those of psql's translations, with the blank or the no-break space that French puts inside.
constexpr QuotePair kQuotes[] = {
    {"\"", "\""},
    {"\xc2\xab\xc2\xa0", "\xc2\xa0\xc2\xbb"},  // « » with U+00A0
    {"\xc2\xab ", " \xc2\xbb"},
    {"\xc2\xab", "\xc2\xbb"},          // «»
    {"\xc2\xbb", "\xc2\xab"},          // »«
    {"\xe2\x80\x9e", "\xe2\x80\x9c"},  // German low and high
    {"\xe2\x80\x9c", "\xe2\x80\x9d"},  // English double
    {"\xe2\x80\x98", "\xe2\x80\x99"},
    {"\xe3\x80\x8c", "\xe3\x80\x8d"},  // CJK corner brackets
    {"\xe3\x80\x8e", "\xe3\x80\x8f"},
};

/// The quotes around the name of a channel of ours, and the name.
struct Named {
  const QuotePair* quotes;
  Quoted name;
};

/// The first byte of an opening quote, or another byte that is not ASCII.
constexpr bool may_open(char c) { return c == '"' || static_cast<unsigned char>(c) >= 0x80; }
static_assert(std::all_of(std::begin(kQuotes), std::end(kQuotes),
                          [](const QuotePair& pair) { return may_open(pair.open[0]); }));

/// Most lines have no quote, and are not searched for names.
bool may_quote(std::string_view text) { return std::any_of(text.begin(), text.end(), may_open); }

std::optional<Named> named_channel(std::string_view line, std::size_t from) {
  for (const std::string_view name :
       {"workspace_agent_metadata_batch", "workspace_agent_metadata:", "latency-measure:", "pubsub_watchdog"}) {
    const std::size_t at = line.find(name, from);
    if (at == line.npos) continue;
    for (const QuotePair& pair : kQuotes) {
      if (at < from + pair.open.size() || line.substr(at - pair.open.size(), pair.open.size()) != pair.open) continue;
      const std::size_t to = line.find(pair.close, at);
      if (to == line.npos || to - at > 63) continue;
      return Named{&pair, {at, to, to + pair.close.size()}};
    }
  }
  return std::nullopt;
}

/// Is there a word between the two quoted parts? In JSON and SQL there is punctuation alone.
bool has_words(std::string_view text) {
  std::size_t letters = 0;
  for (const char c : text) letters += is_of(c, kLetterOrDigit) || (static_cast<unsigned char>(c) >= 0xc2) ? 1 : 0;
  return letters >= 2 && text.find_first_of("{}=<>;") == text.npos;
}

/// The payload behind the channel, to the last closing quote of the line: psql escapes nothing. Or
/// in front of it.
std::optional<Quoted> payload_beside(std::string_view line, std::size_t from, const Named& channel, bool& is_first) {
  const auto& [open, close] = *channel.quotes;
  const std::size_t begin = line.find(open, channel.name.behind);
  is_first = false;
  if (begin != line.npos && has_words(line.substr(channel.name.behind, begin - channel.name.behind))) {
    const std::size_t content = begin + open.size();
    const std::size_t end = line.rfind(close);
    if (end == line.npos || end < content) return Quoted{content, line.size(), line.size()};
    return Quoted{content, end, end + close.size()};
  }
  const std::size_t front = line.find(open, from);
  const std::size_t before = channel.name.from - open.size();
  if (front == line.npos || front >= before) return std::nullopt;
  const std::size_t content = front + open.size();
  const std::size_t end = line.substr(0, before).rfind(close);
  if (end == line.npos || end < content || !has_words(line.substr(end + close.size(), before - end - close.size())))
    return std::nullopt;
  is_first = true;
  return Quoted{content, end, end + close.size()};
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_of(c, kNumber); });
}

bool is_foreign(std::string_view text) {
  return text.find("PID") != text.npos ||
         std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Does something in it look like an id? Then it is no part of a notification without a payload: a
/// line whose quotes were mixed hides none of its ids.
bool may_hold_id(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool has_number = false;
    for (; end < text.size() && (is_symbol(text[end]) || text[end] == '-'); ++end)
      has_number = has_number || !is_of(text[end], kLetterOrDigit) || is_of(text[end], kNumber);
    if (has_number && end - at >= kIdSymbols) return true;
    at = end + 1;
  }
  return false;
}

void put_process_id(Recorder& out, const Source& input, std::size_t from, std::size_t end) {
  std::size_t digit = from;
  while (digit < end && !is_of(input.text[digit], kNumber)) ++digit;
  if (digit == end) return out.upto(input.raw(from), SpanKind::keyword);
  out.upto(input.raw(digit), SpanKind::keyword);
  std::size_t at = digit;
  while (at < end && is_of(input.text[at], kNumber)) ++at;
  out.upto(input.raw(at), SpanKind::process_id);
}

void put_translated(Recorder& out, const Place& place, const Named& channel, const std::optional<Quoted>& payload,
                    bool is_first) {
  const Source& input = place.input;
  const auto name = input.part(channel.name.from, channel.name.to - channel.name.from);
  const Channel which = channel_of(name.text);
  const auto put_payload = [&] {
    out.upto(input.raw(payload->from), SpanKind::keyword);
    if (out.full()) return;
    read_payload(out, input.part(payload->from, payload->to - payload->from), which);
    if (payload->behind == payload->to && !out.full()) out.finding().notes.add(Note::truncated);
  };
  out.begin_finding(Form::empty, Wrapping::psql, which);
  if (is_first && payload) {
    put_process_id(out, input, place.at, payload->from);
    put_payload();
  } else {
    put_process_id(out, input, place.at, channel.name.from);
  }
  if (out.full()) return;
  out.upto(input.raw(channel.name.from), SpanKind::keyword);
  read_channel(out, name);
  std::size_t end = channel.name.behind;
  if (payload && !is_first) {
    put_payload();
    end = payload->behind;
  }
  if (!payload && !out.full()) read_payload(out, input.part(channel.name.to, 0), which);
  if (out.full()) return;
  out.upto(input.raw(end), SpanKind::keyword);
  put_process_id(out, input, end, place.line_end);
  out.upto(input.raw(place.line_end), SpanKind::keyword);
  out.end_finding();
}

}  // namespace

namespace {

/// The text up to the end of the line in which a payload with line ends closes, or of this one.
std::string_view line_with(const Place& place, std::size_t payload, std::string_view close) {
  const std::string_view text = place.input.text;
  const std::size_t at = close_behind_line(place.input, payload, place.line_end, close);
  return text.substr(0, at == text.npos ? place.line_end : find_line_end(text, at));
}

}  // namespace

bool read_translated_psql(Recorder& out, const Place& place) {
  const std::string_view line = place.input.text.substr(0, place.line_end);
  if (!may_quote(line.substr(place.at)) || line.find("Asynchronous notification \"", place.at) != line.npos)
    return false;
  const auto channel = named_channel(line, place.at);
  if (!channel) return false;
  bool is_first = false;
  const auto payload = payload_beside(line, place.at, *channel, is_first);
  if (payload && payload->behind == payload->to) {
    const std::size_t end = line_with(place, payload->from, channel->quotes->close).size();
    if (end > place.line_end) return read_translated_psql(out, {place.input, place.at, end});
  }
  const std::size_t begin = channel->name.from - channel->quotes->open.size();
  const std::size_t from = payload && is_first ? payload->from - channel->quotes->open.size() : begin;
  const std::size_t to = payload && !is_first ? payload->behind : channel->name.behind;
  const std::string_view before = line.substr(place.at, from - place.at);
  const std::string_view behind = line.substr(to);
  const bool is_quoted_otherwise = static_cast<unsigned char>(channel->quotes->open[0]) >= 0x80;
  if (!has_words(before) && !has_words(behind)) return false;
  if (!has_digit(before) && !has_digit(behind) && !(payload && is_quoted_otherwise)) return false;
  // Without a payload many a sentence has this shape.
  if (!payload && ((!is_foreign(before) && !is_foreign(behind)) || may_hold_id(before) || may_hold_id(behind)))
    return false;
  put_translated(out, place, *channel, payload, is_first);
  return true;
}

bool read_psql(Recorder& out, const Place& place) {
  constexpr std::string_view kStart = "Asynchronous notification \"";
  constexpr std::string_view kWith = "\" with payload \"";
  constexpr std::string_view kFrom = "\" received from server process with PID ";
  const Source& input = place.input;
  std::string_view line = input.text.substr(0, place.line_end);
  if (line.substr(place.at, kStart.size()) != kStart) return false;
  const std::size_t name = place.at + kStart.size();
  const std::size_t name_end = std::min(line.find('"', name), line.size());
  const bool with = line.substr(name_end, kWith.size()) == kWith;
  // psql escapes nothing: the payload ends where the last such wording of the line begins.
  const std::size_t payload = with ? name_end + kWith.size() : name_end;
  std::size_t last = line.substr(payload).rfind(kFrom);
  if (with && last == line.npos) {
    line = line_with(place, payload, kFrom);
    last = line.substr(payload).rfind(kFrom);
  }
  const bool complete = last != std::string_view::npos && (with || last == 0);
  if (!with && !complete && may_hold_id(line.substr(payload))) return false;
  const std::size_t payload_end = !with ? payload : complete ? payload + last : line.size();
  out.begin_finding(Form::empty, Wrapping::psql);
  out.upto(input.raw(name), SpanKind::keyword);
  if (out.full()) return true;
  out.finding().channel = read_channel(out, input.part(name, name_end - name));
  out.upto(input.raw(payload), SpanKind::keyword);
  if (out.full()) return true;
  read_payload(out, input.part(payload, payload_end - payload), out.finding().channel);
  if (!complete && !out.full()) out.finding().notes.add(Note::truncated);
  if (complete) {
    std::size_t at = payload_end + kFrom.size();
    out.upto(input.raw(at), SpanKind::keyword);
    at = end_of_run(line, at, kNumber);
    out.upto(input.raw(at), SpanKind::process_id);
    if (at < line.size() && line[at] == '.') out.upto(input.raw(at + 1), SpanKind::punctuation);
  } else if (!with) {
    out.upto(input.raw(line.size()), SpanKind::keyword);
  }
  out.end_finding();
  return true;
}

namespace {

/// The words of a line: `MSG subject sid bytes`.
struct Words {
  static constexpr std::size_t kMost = 6;
  std::size_t from[kMost] = {};
  std::size_t to[kMost] = {};
  std::size_t count = 0;

  [[nodiscard]] std::string_view word(std::string_view text, std::size_t i) const {
    return text.substr(from[i], to[i] - from[i]);
  }
};

/// At most kMost words and nothing behind them, else none.
Words words_of(std::string_view text, std::size_t at, std::size_t end) {
  Words words;
  while (at < end) {
    while (at < end && is_blank(text[at])) ++at;
    if (at == end) break;
    if (words.count == Words::kMost) return {};
    words.from[words.count] = at;
    while (at < end && !is_blank(text[at])) ++at;
    words.to[words.count++] = at;
  }
  return words;
}

/// Nothing: it is no number, or more than any message has.
std::optional<std::size_t> number_of(std::string_view word) {
  if (word.empty() || word.size() > 9 || !all_of(word, kNumber)) return std::nullopt;
  std::size_t number = 0;
  for (const char c : word) number = number * 10 + static_cast<std::size_t>(c - '0');
  return number;
}

std::size_t next_line(std::string_view text, std::size_t line_end) {
  if (line_end < text.size() && text[line_end] == '\r') ++line_end;
  return line_end < text.size() && text[line_end] == '\n' ? line_end + 1 : line_end;
}

/// What the head of a message says.
struct Head {
  std::size_t subject_from = 0;
  std::size_t subject_to = 0;
  std::size_t headers = 0;  ///< bytes of its headers
  std::size_t bytes = 0;    ///< of headers and payload
};

std::optional<Head> head_of(std::string_view text, const Place& place) {
  const Words words = words_of(text, place.at, place.line_end);
  if (words.count < 3) return std::nullopt;
  const std::string_view verb = words.word(text, 0);
  const bool has_headers = verb == "HMSG" || verb == "HPUB";
  const bool is_received = verb == "MSG" || verb == "HMSG";
  if (!has_headers && !is_received && verb != "PUB") return std::nullopt;
  const std::size_t least = 3 + (is_received ? 1u : 0u) + (has_headers ? 1u : 0u);  // one more with a reply subject
  if (words.count != least && words.count != least + 1) return std::nullopt;
  const auto bytes = number_of(words.word(text, words.count - 1));
  const auto headers = has_headers ? number_of(words.word(text, words.count - 2)) : std::optional<std::size_t>(0);
  if (!bytes || !headers || *headers > *bytes) return std::nullopt;
  return Head{words.from[1], words.to[1], *headers, *bytes};
}

void put_message(Recorder& out, const Place& place, std::size_t from, std::size_t to, std::size_t payload_at,
                 std::size_t payload_end, bool is_cut) {
  const Source& input = place.input;
  out.begin_finding(Form::empty, Wrapping::nats);
  out.upto(input.raw(from), SpanKind::keyword);
  if (out.full()) return;
  const Channel channel = read_channel(out, input.part(from, to - from));
  if (out.full()) return;
  out.finding().channel = channel;
  out.upto(input.raw(place.line_end), SpanKind::keyword);
  out.upto(input.raw(payload_at), SpanKind::punctuation);
  if (out.full()) return;
  read_payload(out, input.part(payload_at, payload_end - payload_at), channel);
  if (is_cut && !out.full()) out.finding().notes.add(Note::truncated);
  out.end_finding();
}

/// Does it begin a string whose escapes were undone? Such a string has lines of its own.
bool begins_string(const Recorder& out, const Place& place) {
  return out.escaped() && place.at > 0 && place.input.text[place.at - 1] == '"';
}

/// Where a payload ends that stands in such a string and may have quotes itself: not behind its
/// line.
std::size_t end_in_string(std::string_view text, std::size_t payload, std::size_t end) {
  const bool is_json = text[payload] == '{';
  const std::size_t close = text.substr(0, end).find(is_json ? "}\"" : "\"", payload);
  return close == text.npos ? end : close + (is_json ? 1 : 0);
}

/// `[#1] Received on "subject"`, then the payload up to the end of its line.
bool read_received(Recorder& out, const Place& place) {
  constexpr std::string_view kReceived = "Received on \"";
  const std::string_view text = place.input.text;
  const std::string_view line = text.substr(0, place.line_end);
  if (line.substr(place.at, 2) != "[#") return false;
  const std::size_t number = end_of_run(line, place.at + 2, kNumber);
  const std::size_t words = line.find(kReceived, number);
  if (words == line.npos || words - number > 32) return false;  // a time may stand between
  const std::size_t subject = words + kReceived.size();
  const std::size_t close = line.find('"', subject);
  if (close == line.npos) return false;
  const std::size_t payload = next_line(text, place.line_end);
  std::size_t end = find_line_end(text, payload);
  if (begins_string(out, place) && payload < end) {
    end = end_in_string(text, payload, end);
    if (end == payload) return false;  // the payload is in another string
  }
  put_message(out, place, subject, close, payload, end, false);
  return true;
}

}  // namespace

bool read_nats(Recorder& out, const Place& place) {
  const std::string_view text = place.input.text;
  if (text[place.at] == '[') return read_received(out, place);
  const auto head = head_of(text, place);
  if (!head) return false;
  const std::size_t content = next_line(text, place.line_end);
  const std::size_t payload = std::min(content + head->headers, text.size());
  std::size_t end = std::min(content + head->bytes, text.size());
  const bool is_cut = content + head->bytes > text.size();
  // What was copied from a terminal may have other line ends than what was sent: then the line is
  // the payload.
  const bool ends_a_line =
      end == text.size() || text[end] == '\r' || text[end] == '\n' || (text[end] == '"' && begins_string(out, place));
  if (!ends_a_line) {
    const std::string_view subject = text.substr(head->subject_from, head->subject_to - head->subject_from);
    if (channel_of(subject) == Channel::other) return false;
    end = find_line_end(text, payload);
  }
  put_message(out, place, head->subject_from, head->subject_to, payload, end, is_cut);
  return true;
}

}  // namespace metabatch::inspecting
