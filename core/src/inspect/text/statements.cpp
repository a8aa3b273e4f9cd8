// SPDX-License-Identifier: Apache-2.0
#include "inspect/text/statements.hpp"

#include <algorithm>

#include "inspect/bytes/escapes.hpp"
#include "inspect/bytes/symbols.hpp"
#include "inspect/text/payload.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kMaxName = 256;             // bytes looked at for a channel; PostgreSQL has 63
constexpr std::size_t kFarthest = 256;            // blanks looked over between two parts of a statement
constexpr std::size_t kMaxEscaped = 1024 * 1024;  // bytes of a string whose escapes are undone

/// A string of SQL as it stands in the input: '...' with doubled quotes, E'...' with backslashes
/// too, or U&'...' with code points behind a mark.
struct Literal {
  std::size_t content = 0;  ///< offset behind the opening quote
  std::size_t end = 0;      ///< offset of the closing quote, or where the line ends without one
  bool backslashes = false;
  char mark = '\0';  ///< of code points; 0: there are none
  bool escaped = false;
  bool closed = false;
};

struct Cursor {
  Source source;
  std::string_view input;
  std::size_t at;
  std::size_t end;
  bool joins = true;  ///< strings with a line end between: SQL does, a log does not

  [[nodiscard]] bool done() const { return at >= end; }
  [[nodiscard]] char peek() const { return input[at]; }
  void skip_blanks() {
    while (!done() && is_blank(peek())) ++at;
  }
  /// A line end is a blank of SQL: what follows may stand in a later line, which is then read too.
  void skip_lines() {
    skip_blanks();
    if (!done() || !joins) return;
    const std::size_t next = end_of_run(input.substr(0, std::min(input.size(), at + kFarthest)), at, kBlank);
    if (next == at || next >= input.size() || is_blank(input[next])) return;
    at = next;
    end = find_line_end(input, at);
  }
  bool take(char c) {
    if (done() || peek() != c) return false;
    ++at;
    return true;
  }
  bool take(std::string_view word) {
    if (end - at < word.size() || input.substr(at, word.size()) != word) return false;
    at += word.size();
    return true;
  }
};

/// The length of a typographic quote (U+2018 to U+201F), which programs put in place of ' and ", or
/// 0.
std::size_t typographic_quote(const Cursor& cursor) {
  if (cursor.end - cursor.at < 3 || cursor.input.substr(cursor.at, 2) != "\xe2\x80") return 0;
  const auto last = static_cast<unsigned char>(cursor.input[cursor.at + 2]);
  return last >= 0x98 && last <= 0x9f ? 3 : 0;
}

/// The payload of a statement may have line ends: moves the end of what is read to the line in
/// which its string closes. False: it closes nowhere.
bool reach_close(Cursor& cursor, std::size_t content, std::string_view close) {
  const std::size_t at = close_behind_line(cursor.source, content, cursor.end, close);
  if (at == std::string_view::npos) return false;
  const std::size_t behind = end_of_run(cursor.input, at + close.size(), kBlank);
  if (behind < cursor.input.size() && std::string_view(");,:\"`").find(cursor.input[behind]) == std::string_view::npos)
    return false;  // another string begins there
  cursor.end = std::min(cursor.input.find('\n', behind), cursor.input.size());
  return true;
}

/// `$$...$$` or `$tag$...$tag$`: nothing in it is escaped.
bool take_dollar_quoted(Cursor& cursor, Literal& literal) {
  std::size_t at = cursor.at + 1;
  while (at < cursor.end && at - cursor.at < kMaxName && is_of(cursor.input[at], kLetterOrDigit)) ++at;
  if (at >= cursor.end || cursor.input[at] != '$') return false;
  const std::string_view tag = cursor.input.substr(cursor.at, at + 1 - cursor.at);
  literal.content = at + 1;
  std::size_t close = cursor.input.substr(0, cursor.end).find(tag, literal.content);
  if (close == std::string_view::npos && reach_close(cursor, literal.content, tag))
    close = cursor.input.find(tag, literal.content);
  literal.closed = close != std::string_view::npos;
  literal.end = literal.closed ? close : cursor.end;
  cursor.at = literal.closed ? close + tag.size() : cursor.end;
  return true;
}

bool take_typographic(Cursor& cursor, Literal& literal) {
  cursor.at += typographic_quote(cursor);
  literal.content = cursor.at;
  while (!cursor.done() && typographic_quote(cursor) == 0 && cursor.peek() != '\'') ++cursor.at;
  literal.end = cursor.at;
  literal.closed = !cursor.done();
  if (literal.closed) cursor.at += std::max<std::size_t>(typographic_quote(cursor), 1);
  return true;
}

/// Where a string goes on whose quote closes at `at`: behind `||`, or behind a line end. 0: it ends
/// there.
std::size_t behind_joint(std::string_view text, std::size_t at) {
  text = text.substr(0, std::min(text.size(), at + kFarthest));
  const std::size_t blank = end_of_run(text, at + 1, kBlank);
  const bool has_line_end = text.substr(at + 1, blank - at - 1).find('\n') != text.npos;
  const std::size_t next = text.substr(blank, 2) == "||" ? end_of_run(text, blank + 2, kBlank) : blank;
  return (has_line_end || next > blank) && next < text.size() && text[next] == '\'' ? next + 1 : 0;
}

/// The E or U& in front of a string's quote.
void take_prefix(Cursor& cursor, Literal& literal) {
  const char first = static_cast<char>(cursor.peek() | 0x20);
  literal.backslashes = first == 'e';
  if (first == 'e' || first == 'n')
    ++cursor.at;
  else if (first == 'u' && cursor.input.substr(cursor.at + 1, 2) == "&'")
    literal.mark = '\\', cursor.at += 2;
}

/// `UESCAPE '!'` behind a string names its mark.
void take_mark(Cursor& cursor, Literal& literal) {
  Cursor behind = cursor;
  behind.skip_blanks();
  if (!behind.take("UESCAPE")) return;
  behind.skip_blanks();
  if (!behind.take('\'') || behind.end - behind.at < 2 || behind.input[behind.at + 1] != '\'') return;
  literal.mark = behind.peek();
  cursor.at = behind.at + 2;
}

/// Looks for the closing quote in at most so many bytes. False: it is not among them.
bool find_close(Cursor& cursor, Literal& literal, std::size_t most) {
  const bool is_line = most >= cursor.end - cursor.at;
  std::size_t end = is_line ? cursor.end : cursor.at + most;
  std::size_t at = cursor.at, piece = at;
  for (; at < end; ++at) {
    const char c = cursor.input[at];
    if (c == '\'' && (at + 1 == cursor.end || cursor.input[at + 1] != '\'')) {
      // Whole ids need no other line: what is quoted there may be something else.
      const bool is_whole = (at - piece) % kIdSymbols == 0 || !cursor.joins;
      const std::size_t next = is_whole ? 0 : behind_joint(cursor.input, at);
      if (next == 0 || (next > end && !is_line)) break;
      if (next > end) cursor.end = end = std::min(cursor.input.find('\n', next), cursor.input.size());
      literal.escaped = true;
      piece = next;
      at = next - 1;
      continue;
    }
    if (c != '\'' && !(c == '\\' && literal.backslashes)) continue;
    literal.escaped = true;
    if (at + 1 < end) ++at;
  }
  literal.end = std::min(at, end);
  literal.closed = at < end;
  return literal.closed;
}

/// Moves the cursor behind the literal. Looks at no more than `most` bytes of it.
bool take_literal(Cursor& cursor, Literal& literal, std::size_t most) {
  if (cursor.done()) return false;
  if (cursor.peek() == '$') return take_dollar_quoted(cursor, literal);
  if (typographic_quote(cursor) > 0) return take_typographic(cursor, literal);
  take_prefix(cursor, literal);
  if (!cursor.take('\'')) return false;
  literal.content = cursor.at;
  if (!find_close(cursor, literal, most) && most >= cursor.end - cursor.at && reach_close(cursor, literal.content, "'"))
    find_close(cursor, literal, cursor.end);
  cursor.at = literal.closed ? literal.end + 1 : literal.end;
  if (literal.mark != '\0') {
    if (literal.closed) take_mark(cursor, literal);
    const std::string_view content = cursor.input.substr(literal.content, literal.end - literal.content);
    literal.escaped = literal.escaped || content.find(literal.mark) != content.npos;
  }
  return literal.closed || most >= cursor.end - literal.content;
}

/// Undoes the escapes of a literal and keeps where each byte came from.
MadeText unescaped(const Source& input, const Literal& literal) {
  const std::string_view text = input.text.substr(0, literal.end);
  MadeText made{{}, OffsetMap(input.raw(literal.content))};
  for (std::size_t at = literal.content; at < text.size();) {
    const std::size_t from = at;
    const std::size_t size = made.text.size();
    const char c = text[at++];
    if (c == '\'' && at < text.size()) {
      if (text[at] == '\'')
        made.text += text[at++];
      else
        at = std::max(at, behind_joint(text, at - 1));
    } else if (literal.mark != '\0' && c == literal.mark && at < text.size()) {
      undo_code_point(text, at, literal.mark, made.text);
    } else if (c == '\\' && literal.backslashes && at < text.size()) {
      undo_backslash(text, at, made.text);
    } else {
      made.text += c;
    }
    for (std::size_t i = size; i < made.text.size(); ++i) made.map.jump(i, input.raw(from), 0);
    made.map.jump(made.text.size(), input.raw(at), 1);
  }
  return made;
}

/// Calls `read(source)` with the literal's text, its escapes undone.
template <class Read>
void with_source(Recorder& out, const Source& input, const Literal& literal, Read&& read) {
  const Source raw = input.part(literal.content, literal.end - literal.content);
  if (!literal.escaped || raw.text.size() > kMaxEscaped) return read(raw);
  const MadeText made = unescaped(input, literal);
  out.finding().notes.add(Note::escaped);
  read(made.source());
}

void put_channel(Recorder& out, const Source& input, const Literal& name) {
  out.upto(input.raw(name.content), SpanKind::punctuation);
  if (out.full()) return;
  with_source(out, input, name, [&](const Source& source) { out.finding().channel = read_channel(out, source); });
}

void put_payload(Recorder& out, const Source& input, const Literal& payload) {
  out.upto(input.raw(payload.content), SpanKind::punctuation);
  if (out.full()) return;
  with_source(out, input, payload, [&](const Source& source) { read_payload(out, source, out.finding().channel); });
  if (!payload.closed && out.in_finding() && !out.full()) out.finding().notes.add(Note::truncated);
}

bool is_identifier(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/// The channel of a NOTIFY: a name, or anything in double quotes. Escapes of double quotes are not
/// undone.
bool take_identifier(Cursor& cursor, Literal& name) {
  const bool quoted = cursor.take('"');
  name.content = cursor.at;
  const std::size_t end = std::min(cursor.end, cursor.at + kMaxName);
  while (cursor.at < end && (quoted ? cursor.peek() != '"' : is_identifier(cursor.peek()))) ++cursor.at;
  name.end = cursor.at;
  if (name.end == name.content || (cursor.at == end && end != cursor.end)) return false;
  return !quoted || cursor.take('"');
}

}  // namespace

bool read_notify(Recorder& out, const Place& place) {
  Cursor cursor{place.input, place.input.text, place.at + std::string_view("NOTIFY").size(), place.line_end};
  if (cursor.done() || !is_blank(cursor.peek())) return false;
  cursor.skip_blanks();
  Literal name;
  if (!take_identifier(cursor, name)) return false;
  const std::size_t name_end = cursor.at;
  cursor.skip_blanks();
  Literal payload;
  Cursor second = cursor;
  second.skip_lines();
  bool has_payload = second.take(',');
  if (has_payload) {
    second.skip_lines();
    has_payload = take_literal(second, payload, second.end);
    if (!has_payload && !cursor.done()) return false;
    if (has_payload) cursor = second;
  } else if (!cursor.done() && cursor.peek() != ';' && cursor.peek() != '\'' && cursor.peek() != '"') {
    return false;  // a sentence about notifying somebody
  }
  out.begin_finding(Form::empty, Wrapping::notify);
  out.upto(place.input.raw(place.at + std::string_view("NOTIFY").size()), SpanKind::keyword);
  put_channel(out, place.input, name);
  out.upto(place.input.raw(name_end), SpanKind::punctuation);
  if (has_payload)
    put_payload(out, place.input, payload);
  else
    read_payload(out, place.input.part(name_end, 0), out.finding().channel);
  out.upto(place.input.raw(has_payload ? cursor.at : name_end), SpanKind::punctuation);
  out.end_finding();
  return true;
}

namespace {

/// ', ' and the second string of a call or of a parameter list.
bool take_pair(Cursor& cursor, Literal& name, std::string_view between, Literal& payload) {
  if (!take_literal(cursor, name, kMaxName)) return false;
  if (cursor.take("::text")) {
  }  // a cast, as prepared statements print it
  cursor.skip_lines();
  if (!cursor.take(',')) return false;
  cursor.skip_lines();
  return cursor.take(between) && take_literal(cursor, payload, cursor.end);
}

void put_pair(Recorder& out, const Place& place, const Literal& name, const Literal& payload, std::size_t end) {
  put_channel(out, place.input, name);
  put_payload(out, place.input, payload);
  out.upto(place.input.raw(end), SpanKind::punctuation);
  out.end_finding();
}

}  // namespace

bool read_pg_notify(Recorder& out, const Place& place) {
  Cursor cursor{place.input, place.input.text, place.at + std::string_view("pg_notify").size(), place.line_end};
  cursor.skip_blanks();
  if (!cursor.take('(')) return false;
  cursor.skip_lines();
  Literal name;
  Literal payload;
  if (!take_pair(cursor, name, "", payload)) return false;
  Cursor behind = cursor;
  if (behind.take("::text")) {
  }
  behind.skip_lines();
  const std::size_t end = behind.take(')') ? behind.at : cursor.at;
  out.begin_finding(Form::unknown, Wrapping::pg_notify);
  out.upto(place.input.raw(place.at + std::string_view("pg_notify").size()), SpanKind::keyword);
  put_pair(out, place, name, payload, end);
  return true;
}

bool read_parameters(Recorder& out, const Place& place, Logged statement) {
  Cursor cursor{place.input, place.input.text, place.at, place.line_end, false};
  Literal name;
  Literal payload;
  if (!cursor.take("$1 = ") || !take_pair(cursor, name, "$2 = ", payload)) return false;
  const std::string_view channel = place.input.text.substr(name.content, name.end - name.content);
  const bool is_ours = statement == Logged::unknown && channel_of(channel) != Channel::other;
  if (statement != Logged::notify && !is_ours) return false;
  out.begin_finding(Form::unknown, Wrapping::parameters);
  put_pair(out, place, name, payload, cursor.at);
  return true;
}

Logged logged_statement(std::string_view line) {
  const auto has = [line](std::string_view part) { return line.find(part) != line.npos; };
  if (!has("statement: ") && !has("execute ") && !has("parse ") && !has("bind ") && !has("STATEMENT:  "))
    return Logged::unknown;
  // Most lines have no bracket, and one byte is found faster than a word.
  const bool calls = line.find('(') != line.npos && (has("pg_notify(") || has("PG_NOTIFY("));
  return calls ? Logged::notify : Logged::other;
}

}  // namespace metabatch::inspecting
