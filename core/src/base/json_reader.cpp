// SPDX-License-Identifier: Apache-2.0
#include "base/json_reader.hpp"

#include "base/utf8.hpp"

namespace metabatch {
namespace {

constexpr std::size_t kDeepest = 1000;  // values inside values that are passed over

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

void append_code_point(std::string& to, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

}  // namespace

void JsonReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
}

bool JsonReader::enter(char open) {
  skip_blanks();
  if (failed_ || peek() != open) return false;
  ++at_;
  is_first_ = true;
  return true;
}

bool JsonReader::next(char close) {
  if (failed_) return false;
  skip_blanks();
  const bool is_first = is_first_;
  is_first_ = false;
  if (peek() == close) {
    ++at_;
    return false;
  }
  if (is_first) return true;
  if (peek() != ',') return fail();
  ++at_;
  skip_blanks();
  return true;
}

bool JsonReader::next_member(std::string& name) {
  if (!next('}')) return false;
  if (peek() != '"' || !read_text(&name)) return fail();
  skip_blanks();
  if (peek() != ':') return fail();
  ++at_;
  return true;
}

bool JsonReader::next_item() { return next(']'); }

bool JsonReader::take_text(std::string& to) {
  skip_blanks();
  return !failed_ && peek() == '"' && read_text(&to);
}

bool JsonReader::take_integer(std::int64_t& to) {
  skip_blanks();
  const std::size_t from = at_;
  if (failed_ || !(peek() == '-' || is_digit(peek())) || !read_number()) return false;
  const bool is_negative = text_[from] == '-';
  std::uint64_t value = 0;
  constexpr std::uint64_t kMost = INT64_MAX;
  for (const char digit : text_.substr(from + (is_negative ? 1 : 0), at_ - from - (is_negative ? 1 : 0))) {
    if (is_digit(digit) && value <= kMost / 10)
      value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    else
      value = kMost + 1;
    if (value > kMost) {
      at_ = from;
      return false;
    }
  }
  to = is_negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
  return true;
}

bool JsonReader::take_number(std::string_view& to) {
  skip_blanks();
  const std::size_t from = at_;
  if (failed_ || !(peek() == '-' || is_digit(peek())) || !read_number()) return false;
  to = text_.substr(from, at_ - from);
  return true;
}

bool JsonReader::read_text(std::string* to) {
  if (to != nullptr) to->clear();
  for (++at_; at_ < text_.size();) {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
           (static_cast<unsigned char>(text_[end]) >= 0x20 || text_[end] == '\0'))
      ++end;
    if (to != nullptr) to->append(text_, at_, end - at_);
    at_ = end;
    if (at_ == text_.size()) break;
    if (text_[at_] == '"') {
      ++at_;
      return true;
    }
    if (text_[at_] != '\\' || !read_escape(to)) return fail();
  }
  return fail();
}

bool JsonReader::read_unit(std::uint32_t& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char digit = peek();
    const char lower = static_cast<char>(digit | 0x20);
    if (is_digit(digit))
      unit = unit << 4 | static_cast<std::uint32_t>(digit - '0');
    else if (lower >= 'a' && lower <= 'f')
      unit = unit << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    else
      return false;
  }
  return true;
}

bool JsonReader::read_escape(std::string* to) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  ++at_;
  if (const std::size_t known = kNames.find(peek()); known != kNames.npos && at_ < text_.size()) {
    if (to != nullptr) *to += kMeant[known];
    ++at_;
    return true;
  }
  if (peek() != 'u') return false;
  ++at_;
  std::uint32_t unit = 0;
  if (!read_unit(unit)) return false;
  if (is_high(unit) && text_.substr(at_, 2) == "\\u") {
    const std::size_t before = at_;
    std::uint32_t second = 0;
    at_ += 2;
    if (!read_unit(second)) return false;
    if (is_low(second))
      unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
    else
      at_ = before;
  }
  if (to == nullptr) return true;
  if (is_high(unit) || is_low(unit))
    to->append(kReplacement);
  else
    append_code_point(*to, unit);
  return true;
}

bool JsonReader::read_number() {
  const auto digits = [this] {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    return at_ > from;
  };
  if (peek() == '-') ++at_;
  if (peek() == '0')
    ++at_;
  else if (!digits())
    return fail();
  if (peek() == '.') {
    ++at_;
    if (!digits()) return fail();
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return fail();
  }
  return true;
}

bool JsonReader::read_word(std::string_view word) {
  for (const char byte : word) {
    if (peek() != byte) return fail();
    ++at_;
  }
  return true;
}

bool JsonReader::read_scalar() {
  switch (peek()) {
    case '"': return read_text(nullptr);
    case 't': return read_word("true");
    case 'f': return read_word("false");
    case 'n': return read_word("null");
    default: return peek() == '-' || is_digit(peek()) ? read_number() : fail();
  }
}

void JsonReader::skip() {
  std::string open;  // what each value is inside of, in its closing bracket
  if (failed_) return;
  do {
    skip_blanks();
    if (enter('{')) {
      open += '}';
    } else if (enter('[')) {
      open += ']';
    } else {
      if (!read_scalar()) return;
      is_first_ = false;
    }
    if (open.size() > kDeepest) {
      fail();
      return;
    }
    while (!open.empty() && !(open.back() == '}' ? next_member(passed_over_) : next_item())) {
      if (failed_) return;
      open.pop_back();
    }
  } while (!open.empty());
}

bool JsonReader::at_end() {
  skip_blanks();
  return !failed_ && at_ == text_.size();
}

}  // namespace metabatch
