// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/text_reader.hpp"

#include <algorithm>
#include <cstring>

#include "base/utf8.hpp"
#include "inspect/bytes/symbols.hpp"
#include "inspect/reading.hpp"
#include "inspect/text/json_object.hpp"
#include "inspect/text/layers.hpp"
#include "inspect/text/notifications.hpp"
#include "inspect/text/payload.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kLogPrefix = 256;        // bytes of a line in which its severity is looked for
constexpr std::size_t kStatement = 16 * 1024;  // bytes of a line in which a call is looked for

bool same_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b;
         });
}

/// Where a log line's own words begin, or 0: the line is of no log.
std::size_t end_of_log_prefix(std::string_view start) {
  constexpr std::string_view kSeverities[] = {"LOG", "DETAIL", "STATEMENT", "ERROR", "WARNING", "NOTICE", "CONTEXT"};
  for (std::size_t colon = start.find(":  "); colon != start.npos; colon = start.find(":  ", colon + 1))
    for (const std::string_view severity : kSeverities)
      if (colon >= severity.size() && start.substr(colon - severity.size(), severity.size()) == severity)
        return colon + 3;
  return 0;
}

/// The number in `[4242]`, or 0.
std::size_t process_of(std::string_view prefix) {
  for (std::size_t open = prefix.find('['); open != prefix.npos; open = prefix.find('[', open + 1)) {
    const std::size_t end = end_of_run(prefix, open + 1, kNumber);
    if (end == open + 1 || end - open > 9 || end >= prefix.size() || (prefix[end] != ']' && prefix[end] != '-'))
      continue;
    std::size_t number = 0;
    for (std::size_t i = open + 1; i < end; ++i) number = number * 10 + static_cast<std::size_t>(prefix[i] - '0');
    return number;
  }
  return 0;
}

}  // namespace

TextReader::TextReader(const Source& source, Recorder& out, Memory& memory, bool undoes_escapes)
    : source_(source),
      text_(source.text),
      out_(out),
      memory_(memory),
      tokens_(source_, out),
      undoes_escapes_(undoes_escapes) {
  around_.input_to = text_.size();
  while (around_.input_from < around_.input_to && is_blank(text_[around_.input_from])) ++around_.input_from;
  while (around_.input_to > around_.input_from && is_blank(text_[around_.input_to - 1])) --around_.input_to;
}

void TextReader::read() {
  if (has_at(0, kByteOrderMark)) {
    put(kByteOrderMark.size(), SpanKind::blank);
    around_.input_from = std::max<std::size_t>(around_.input_from, kByteOrderMark.size());
  }
  while (at_ < text_.size() && !out_.full()) {
    if (at_ >= line_end_)
      enter_line();
    else
      step();
  }
  out_.end_finding();
}

void TextReader::enter_line() {
  line_end_ = std::min(find_line_end(text_, at_) + 1, text_.size());
  around_.named = Channel::unnamed;
  around_.list_wrapping = Wrapping::none;
  out_.set_in_log(false);
  if (undoes_escapes_ && read_escaped()) return;
  around_.line_from = at_;
  around_.line_to = line_end_;
  while (around_.line_from < around_.line_to && is_blank(text_[around_.line_from])) ++around_.line_from;
  while (around_.line_to > around_.line_from && is_blank(text_[around_.line_to - 1])) --around_.line_to;
  enter_log_line();
  first_word_ = std::max(at_, around_.line_from);
  if (around_.line_to - at_ > 24 && read_translated_psql(out_, place())) {
    tokens_.end_list();
    at_ = line_end_ = std::max(line_end_, source_.at(out_.covered()));
    out_.upto(source_.raw(at_), SpanKind::blank);
  }
}

void TextReader::enter_log_line() {
  const std::string_view start = text_.substr(at_, std::min(kLogPrefix, line_end_ - at_));
  const std::size_t prefix = end_of_log_prefix(start);
  const std::string_view line = text_.substr(at_, std::min(kStatement, line_end_ - at_));
  if (prefix == 0) {
    // A statement of several lines goes on without a prefix.
    auto& last = logged_by(memory_.process);
    if (last.statement == Logged::other && line.find("pg_notify(") != line.npos) last.statement = Logged::notify;
    return;
  }
  memory_.process = process_of(start.substr(0, prefix));
  const Logged logged = logged_statement(line);
  if (logged != Logged::unknown) logged_by(memory_.process) = {memory_.process, logged};
  put(at_ + prefix, SpanKind::log_prefix);
  out_.set_in_log(true);
  // One byte is found faster than a word, and most lines do not have it.
  if (line.find('$', prefix) != line.npos && line.find("arameters: $", prefix) != line.npos)
    around_.list_wrapping = Wrapping::parameters;
}

/// Lines through escapes: of the ways to undo them, the one that gives the most wins. False: there
/// are none.
bool TextReader::read_escaped() {
  const EscapedLine line = escaped_line(text_, at_, line_end_, memory_.is_mail && at_ >= joined_to_);
  joined_to_ = std::max(joined_to_, line.end);
  if (!line.is_escaped) return false;
  tokens_.end_list();
  out_.end_finding();
  read_best_layer(out_, source_.part(at_, line.end - at_), memory_);
  line_end_ = at_ = line.end;
  return true;
}

void TextReader::step() {
  const char c = text_[at_];
  if (is_blank(c)) return put(end_of_run(text_.substr(0, line_end_), at_, kBlank), SpanKind::blank);
  if (is_symbol(c)) {
    if (!read_wrapping() && !read_channel_name()) at_ = tokens_.read(at_, around_);
    return;
  }
  switch (c) {
    case '{':
      if (read_brace()) return;
      break;
    case '\\':
      if (read_bytea()) return;
      break;
    case '$':
    case '[':
      if (read_wrapping()) return;
      break;
    case '-':
    case '_':
      if (const std::size_t end = tokens_.read_url_safe(at_); end != at_) {
        at_ = end;
        return;
      }
      break;
    case '\x1b': return skip_terminal_sequence();
    default: break;
  }
  std::size_t end = at_ + 1;
  if (static_cast<unsigned char>(c) >= 0x80)
    while (end < line_end_ && static_cast<unsigned char>(text_[end]) >= 0x80) ++end;
  put(end, SpanKind::text);
}

/// Colours and titles: ESC [ ... letter, ESC ] ... BEL.
/// @source ECMA-48 section 5.4
void TextReader::skip_terminal_sequence() {
  constexpr std::size_t kLongest = 256;
  std::size_t end = at_ + 1;
  const std::size_t most = std::min(line_end_, at_ + kLongest);
  if (end < most && text_[end] == '[') {
    for (++end; end < most && (static_cast<unsigned char>(text_[end]) & 0xe0) == 0x20;) ++end;
    while (end < most && text_[end] >= 0x30 && text_[end] <= 0x3f) ++end;
    if (end < most && text_[end] >= 0x40 && text_[end] <= 0x7e) ++end;
  } else if (end < most && text_[end] == ']') {
    while (end < most && text_[end] != '\x07' && text_[end] != '\x1b') ++end;
    if (end < most && text_[end] == '\x07') ++end;
  }
  put(end, SpanKind::text);
}

Place TextReader::place() const {
  std::size_t end = line_end_;
  if (end > at_ && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return {source_, at_, end};
}

/// The first word of a line, or of a string whose escapes were undone.
bool TextReader::begins_line() const {
  return at_ == first_word_ || (out_.escaped() && at_ > 0 && text_[at_ - 1] == '"');
}

bool TextReader::read_wrapping() {
  bool is_read = false;
  switch (text_[at_]) {
    case 'A': is_read = has_at(at_, "Asynchronous") && read_psql(out_, place()); break;
    case 'N':
    case 'n': is_read = same_word(text_.substr(at_, 6), "notify") && read_notify(out_, place()); break;
    case 'p': is_read = same_word(text_.substr(at_, 9), "pg_notify") && read_pg_notify(out_, place()); break;
    case 'P':
      is_read = (same_word(text_.substr(at_, 9), "pg_notify") && read_pg_notify(out_, place())) ||
                (begins_line() && has_at(at_, "PUB ") && read_nats(out_, place()));
      break;
    case 'M':
    case 'H':
    case '[': is_read = begins_line() && line_end_ - at_ > 8 && read_nats(out_, place()); break;
    case '$':
      is_read = has_at(at_, "$1 = ") && read_parameters(out_, place(), logged_by(memory_.process).statement);
      break;
    default: break;
  }
  if (!is_read) return false;
  tokens_.end_list();
  return finish();
}

/// Goes on behind what was read, which may be in a later line.
bool TextReader::finish() {
  tokens_.end_list();
  out_.end_finding();
  at_ = std::max(at_, source_.at(out_.covered()));
  // A payload that ends with its line may go on in the next one.
  std::size_t run = at_;
  while (run > 0 && is_symbol(text_[run - 1])) --run;
  if (run < at_) tokens_.find_joined(run, at_);
  line_end_ = std::max(line_end_, at_);
  return true;
}

/// An object of one of the older forms, or a UUID in braces.
bool TextReader::read_brace() {
  constexpr std::size_t kBlanks = 64;  // looked over between the brace and the first key
  for (const std::size_t size : {kUuidChars + 2, std::size_t{34}}) {
    if (at_ + size > text_.size() || text_[at_ + size - 1] != '}' || !tokens_.read_uuid(at_, at_ + size, around_))
      continue;
    at_ += size;
    return true;
  }
  std::size_t key = at_ + 1;
  while (key < text_.size() && key - at_ < kBlanks && is_blank(text_[key])) ++key;
  for (const std::string_view known : {"\"agent_ids\"", "\"collected_at\"", "\"keys\""}) {
    if (!has_at(key, known)) continue;
    tokens_.begin(Form::unknown, around_.named);
    const std::size_t stop = read_json(out_, source_, at_);
    if (!out_.full()) out_.finding().payload_bytes = stop - at_;
    if (!out_.full() && stop - at_ > kMaxNotifyBytes) out_.finding().notes.add(Note::over_limit);
    return finish();
  }
  return false;
}

bool TextReader::read_bytea() {
  constexpr std::size_t kLeastDigits = 16;
  if (!has_at(at_, "\\x") ||
      end_of_run(text_.substr(0, std::min(text_.size(), at_ + 3)), at_ + 2, kHexDigit) == at_ + 2)
    return false;
  std::size_t stop = at_ + 2;
  while (stop < text_.size() && !is_hard(text_[stop])) ++stop;
  if (stop - at_ < 2 + kLeastDigits) return false;
  tokens_.begin(Form::bytea, around_.named);
  read_payload(out_, source_.part(at_, stop - at_), around_.named);
  return finish();
}

/// The name of a channel of ours without the wrapping that would carry a payload.
bool TextReader::read_channel_name() {
  for (const std::string_view name :
       {"workspace_agent_metadata_batch", "pubsub_watchdog", "workspace_agent_metadata:", "latency-measure:"}) {
    if (!has_at(at_, name)) continue;
    std::size_t stop = at_ + name.size();
    if (name.back() == ':') {
      const std::size_t id = stop;
      if (is_uuid_shape(text_, id))
        stop = id + kUuidChars;
      else
        while (stop < text_.size() && !is_hard(text_[stop])) ++stop;
      if (stop == id) return false;
    } else if (stop < text_.size() && (is_of(text_[stop], kLetterOrDigit) || text_[stop] == '_')) {
      return false;
    }
    around_.named = channel_of(text_.substr(at_, stop - at_));
    tokens_.begin(around_.named == Channel::latency    ? Form::probe
                  : around_.named == Channel::watchdog ? Form::beat
                                                       : Form::channel_name,
                  around_.named);
    read_channel(out_, source_.part(at_, stop - at_));
    return finish();
  }
  return false;
}

void read_text(Recorder& out, const Source& source) {
  Memory memory;
  memory.is_mail = is_quoted_printable(source.text);
  TextReader(source, out, memory, true).read();
}

}  // namespace metabatch::inspecting
