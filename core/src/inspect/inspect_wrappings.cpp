// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "inspect/inspect_scan.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kMaxName = 256;           // bytes looked at for a channel; PostgreSQL has 63
constexpr std::size_t kMaxEscaped = 64 * 1024;  // bytes of a string whose escapes are undone

/// A string of SQL as it stands in the input: '...' with doubled quotes, or E'...' with backslashes too.
struct Literal {
  std::size_t content = 0;  ///< offset behind the opening quote
  std::size_t end = 0;      ///< offset of the closing quote, or where the line ends without one
  bool backslashes = false;
  bool escaped = false;
  bool closed = false;
};

struct Cursor {
  std::string_view input;
  std::size_t at;
  std::size_t end;

  [[nodiscard]] bool done() const { return at >= end; }
  [[nodiscard]] char peek() const { return input[at]; }
  void skip_blanks() {
    while (!done() && is_blank(peek())) ++at;
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

/// Moves the cursor behind the literal. Looks at no more than `most` bytes of it.
bool take_literal(Cursor& cursor, Literal& literal, std::size_t most) {
  if (!cursor.done() && (cursor.peek() == 'E' || cursor.peek() == 'e')) {
    literal.backslashes = true;
    ++cursor.at;
  }
  if (!cursor.take('\'')) return false;
  literal.content = cursor.at;
  const std::size_t end = most < cursor.end - cursor.at ? cursor.at + most : cursor.end;
  std::size_t at = cursor.at;
  for (; at < end; ++at) {
    const char c = cursor.input[at];
    if (c == '\'' && (at + 1 == cursor.end || cursor.input[at + 1] != '\'')) break;
    if (c != '\'' && !(c == '\\' && literal.backslashes)) continue;
    literal.escaped = true;
    if (at + 1 < end) ++at;
  }
  literal.end = std::min(at, end);
  literal.closed = at < end;
  cursor.at = literal.closed ? literal.end + 1 : literal.end;
  return literal.closed || most >= cursor.end - literal.content;
}

void put_code_point(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | (c >> 18 & 7));
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

std::uint32_t digit_of(char c) {
  if (c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

/// Undoes the escapes of a literal and remembers where each byte came from.
class Unescaper {
 public:
  Unescaper(std::string_view input, const Literal& literal) : input_(input), literal_(literal), at_(literal.content) {}

  void run(std::string& text, std::vector<std::size_t>& map) {
    while (at_ < literal_.end) {
      const std::size_t from = at_;
      const char c = input_[at_++];
      if (c == '\'' && at_ < literal_.end) {
        ++at_;
        text += '\'';
      } else if (c == '\\' && literal_.backslashes && at_ < literal_.end) {
        backslash(text);
      } else {
        text += c;
      }
      map.resize(text.size(), from);
    }
    map.push_back(literal_.end);
  }

 private:
  std::uint32_t digits(std::size_t most, std::uint32_t base) {
    std::uint32_t value = 0;
    for (; most > 0 && at_ < literal_.end && is_hex(input_[at_]) && digit_of(input_[at_]) < base; --most) {
      value = value * base + digit_of(input_[at_++]);
    }
    return value;
  }

  /// @source PostgreSQL documentation 4.1.2.2 (String Constants With C-Style Escapes)
  void backslash(std::string& text) {
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kBytes = "\b\f\n\r\t";
    const char c = input_[at_];
    if (c >= '0' && c <= '7') {
      text += static_cast<char>(static_cast<unsigned char>(digits(3, 8)));
      return;
    }
    ++at_;
    const bool hex_follows = at_ < literal_.end && is_hex(input_[at_]);
    if (c == 'x' && hex_follows) {
      text += static_cast<char>(static_cast<unsigned char>(digits(2, 16)));
    } else if ((c == 'u' || c == 'U') && hex_follows) {
      put_code_point(text, digits(c == 'u' ? 4 : 8, 16) & 0x1fffff);
    } else {
      const std::size_t name = kNames.find(c);
      text += name == std::string_view::npos ? c : kBytes[name];
    }
  }

  std::string_view input_;
  const Literal& literal_;
  std::size_t at_;
};

/// Calls `read(source)` with the literal's text, its escapes undone.
template <class Read>
void with_source(Recorder& out, std::string_view input, const Literal& literal, Read&& read) {
  const std::string_view raw = input.substr(literal.content, literal.end - literal.content);
  if (!literal.escaped || raw.size() > kMaxEscaped) return read(Source{raw, literal.content});
  std::string text;
  Source source;
  Unescaper(input, literal).run(text, source.map);
  source.text = text;
  out.finding().notes.add(Note::escaped);
  read(source);
}

void put_channel(Recorder& out, std::string_view input, const Literal& name) {
  out.upto(name.content, SpanKind::punctuation);
  if (out.full()) return;
  with_source(out, input, name, [&](const Source& source) { out.finding().channel = read_channel(out, source); });
}

void put_payload(Recorder& out, std::string_view input, const Literal& payload) {
  out.upto(payload.content, SpanKind::punctuation);
  if (out.full()) return;
  with_source(out, input, payload, [&](const Source& source) { read_payload(out, source, out.finding().channel); });
  if (!payload.closed && out.in_finding()) out.finding().notes.add(Note::truncated);
}

bool is_identifier(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/// The channel of a NOTIFY: a name, or anything in double quotes. Escapes of double quotes are not undone.
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
  Cursor cursor{place.input, place.at + std::string_view("NOTIFY").size(), place.line_end};
  if (cursor.done() || !is_blank(cursor.peek())) return false;
  cursor.skip_blanks();
  Literal name;
  if (!take_identifier(cursor, name)) return false;
  const std::size_t name_end = cursor.at;
  cursor.skip_blanks();
  Literal payload;
  bool has_payload = false;
  if (cursor.take(',')) {
    cursor.skip_blanks();
    if (!take_literal(cursor, payload, place.line_end)) return false;
    has_payload = true;
  } else if (!cursor.done() && cursor.peek() != ';') {
    return false;  // a sentence about notifying somebody
  }
  out.begin_finding(Form::empty, Wrapping::notify);
  out.upto(place.at + std::string_view("NOTIFY").size(), SpanKind::keyword);
  put_channel(out, place.input, name);
  out.upto(name_end, SpanKind::punctuation);
  if (has_payload)
    put_payload(out, place.input, payload);
  else
    read_payload(out, Source{{}, name_end, {}}, out.finding().channel);
  out.upto(has_payload ? cursor.at : name_end, SpanKind::punctuation);
  out.end_finding();
  return true;
}

namespace {

/// ', ' and the second string of a call or of a parameter list.
bool take_pair(Cursor& cursor, Literal& name, std::string_view between, Literal& payload) {
  if (!take_literal(cursor, name, kMaxName)) return false;
  if (cursor.take("::text")) {
  }  // a cast, as prepared statements print it
  cursor.skip_blanks();
  if (!cursor.take(',')) return false;
  cursor.skip_blanks();
  return cursor.take(between) && take_literal(cursor, payload, cursor.end);
}

void put_pair(Recorder& out, const Place& place, const Literal& name, const Literal& payload, std::size_t end) {
  put_channel(out, place.input, name);
  put_payload(out, place.input, payload);
  out.upto(end, SpanKind::punctuation);
  out.end_finding();
}

}  // namespace

bool read_pg_notify(Recorder& out, const Place& place) {
  Cursor cursor{place.input, place.at + std::string_view("pg_notify").size(), place.line_end};
  cursor.skip_blanks();
  if (!cursor.take('(')) return false;
  cursor.skip_blanks();
  Literal name;
  Literal payload;
  if (!take_pair(cursor, name, "", payload)) return false;
  Cursor behind = cursor;
  if (behind.take("::text")) {
  }
  behind.skip_blanks();
  const std::size_t end = behind.take(')') ? behind.at : cursor.at;
  out.begin_finding(Form::unknown, Wrapping::pg_notify);
  out.upto(place.at + std::string_view("pg_notify").size(), SpanKind::keyword);
  put_pair(out, place, name, payload, end);
  return true;
}

bool read_parameters(Recorder& out, const Place& place) {
  Cursor cursor{place.input, place.at, place.line_end};
  Literal name;
  Literal payload;
  if (!cursor.take("$1 = ") || !take_pair(cursor, name, "$2 = ", payload)) return false;
  out.begin_finding(Form::unknown, Wrapping::parameters);
  put_pair(out, place, name, payload, cursor.at);
  return true;
}

bool read_psql(Recorder& out, const Place& place) {
  constexpr std::string_view kStart = "Asynchronous notification \"";
  constexpr std::string_view kWith = "\" with payload \"";
  constexpr std::string_view kFrom = "\" received from server process with PID ";
  const std::string_view line = place.input.substr(0, place.line_end);
  if (line.substr(place.at, kStart.size()) != kStart) return false;
  const std::size_t name = place.at + kStart.size();
  const std::size_t name_end = std::min(line.find('"', name), line.size());
  const bool with = line.substr(name_end, kWith.size()) == kWith;
  // psql escapes nothing: the payload ends where the last such wording of the line begins.
  const std::size_t payload = with ? name_end + kWith.size() : name_end;
  const std::size_t last = line.substr(payload).rfind(kFrom);
  const bool complete = last != std::string_view::npos && (with || last == 0);
  const std::size_t payload_end = !with ? payload : complete ? payload + last : line.size();
  out.begin_finding(Form::empty, Wrapping::psql);
  out.upto(name, SpanKind::keyword);
  if (out.full()) return true;
  out.finding().channel = read_channel(out, Source{line.substr(name, name_end - name), name});
  out.upto(payload, SpanKind::keyword);
  if (out.full()) return true;
  read_payload(out, Source{line.substr(payload, payload_end - payload), payload}, out.finding().channel);
  if (!complete) out.finding().notes.add(Note::truncated);
  if (complete) {
    std::size_t at = payload_end + kFrom.size();
    out.upto(at, SpanKind::keyword);
    while (at < line.size() && line[at] >= '0' && line[at] <= '9') ++at;
    out.upto(at, SpanKind::process_id);
    if (at < line.size() && line[at] == '.') out.upto(at + 1, SpanKind::punctuation);
  } else if (!with) {
    out.upto(line.size(), SpanKind::keyword);
  }
  out.end_finding();
  return true;
}

}  // namespace metabatch::inspecting
