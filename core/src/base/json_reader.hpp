// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metabatch {

/// Walks through one JSON text (RFC 8259) value by value. After a failure every step returns false.
///
/// Texts come out as they are written, escapes resolved: NUL and invalid UTF-8 are the caller's to
/// replace; an escaped lone surrogate is U+FFFD already. A raw control character other than NUL is
/// refused.
///
/// Written for core, which has nothing but the standard library and must read recordings in the
/// browser too; outside core simdjson reads. That both take the same of a line is tested line by
/// line, in tests/feed.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  /// Steps into an object or an array; false (and no failure) when the next value is something
  /// else.
  bool enter(char open);
  /// On to the next member or item of what was entered last; false: it is over, or a failure.
  bool next_member(std::string& name);
  bool next_item();
  /// Takes the next value if it is a text or a whole number of 63 bits; else it is still the next
  /// one.
  bool take_text(std::string& to);
  bool take_integer(std::int64_t& to);
  /// Takes the next value if it is a number, as it is written; else it is still the next one.
  bool take_number(std::string_view& to);
  /// Skips the next value, whatever it is.
  void skip();
  /// Whether only blanks remain.
  bool at_end();

  [[nodiscard]] bool failed() const { return failed_; }
  /// The position of the reader; after a failure, the first offending byte.
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  bool fail() {
    failed_ = true;
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks();
  bool next(char close);
  bool read_text(std::string* to);
  bool read_escape(std::string* to);
  bool read_unit(std::uint32_t& unit);
  bool read_number();
  bool read_word(std::string_view word);
  bool read_scalar();

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_first_ = false;  // nothing of what was entered last has been taken yet
  bool failed_ = false;
  std::string passed_over_;
};

}  // namespace metabatch
