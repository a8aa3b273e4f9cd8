// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "inspect/text/statements.hpp"
#include "inspect/text/tokens.hpp"

namespace metabatch::inspecting {

/// What earlier lines of a text said about later ones.
struct Memory {
  /// The last statement that the log shows for each server process, by its number.
  struct Logged_by {
    std::size_t process = 0;
    Logged statement = Logged::unknown;
  };
  std::array<Logged_by, 64> statements{};
  std::size_t process = 0;  ///< that of the last line of the log
  bool is_mail = false;     ///< quoted-printable is met in it
};

/// Reads text, line by line and word by word. Everything moves forward only: bytes that were looked
/// at are either covered, or no more than a bounded number, or a line. So the whole is linear.
class TextReader {
 public:
  /// @shape undoes_escapes: false for a text whose escapes are undone already
  TextReader(const Source& source, Recorder& out, Memory& memory, bool undoes_escapes);
  void read();

 private:
  void enter_line();
  void enter_log_line();
  bool read_escaped();
  void step();
  [[nodiscard]] bool begins_line() const;
  bool read_wrapping();
  bool read_brace();
  bool read_bytea();
  bool read_channel_name();
  void skip_terminal_sequence();
  void put(std::size_t end, SpanKind kind) {
    out_.upto(source_.raw(end), kind);
    at_ = end;
  }
  bool finish();
  [[nodiscard]] Place place() const;
  [[nodiscard]] bool has_at(std::size_t at, std::string_view word) const {
    return text_.substr(at, word.size()) == word;
  }
  Memory::Logged_by& logged_by(std::size_t process) { return memory_.statements[process % memory_.statements.size()]; }

  const Source source_;
  std::string_view text_;
  Recorder& out_;
  Memory& memory_;
  TokenReader tokens_;
  Around around_;
  std::size_t at_ = 0;
  std::size_t line_end_ = 0;    // behind the line's own end mark
  std::size_t joined_to_ = 0;   // lines up to here were looked at as joined ones, once
  std::size_t first_word_ = 0;  // of the line, behind the prefix of a log
  bool undoes_escapes_;
};

}  // namespace metabatch::inspecting
