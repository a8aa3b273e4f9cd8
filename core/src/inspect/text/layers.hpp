// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect/text/text_reader.hpp"

/// Escapes may lie in layers: JSON in a field of a log's JSON, a URL in it. Which ones a line went
/// through cannot be seen for sure, so they are tried.
namespace metabatch::inspecting {

/// Does a text look like the body of a mail: with lines that `=` joins?
bool is_quoted_printable(std::string_view text);

struct EscapedLine {
  std::size_t end = 0;  ///< of the last of the lines that `=` joins in a mail
  bool is_escaped = false;
};

/// The line at `at`, and whether to undo its escapes may give another text with ids.
EscapedLine escaped_line(std::string_view text, std::size_t at, std::size_t line_end, bool is_mail);

/// Reads a line with every layer of escapes undone that gives more ids, and records the best
/// result. As it stands wins a tie.
void read_best_layer(Recorder& out, const Source& line, Memory& memory);

}  // namespace metabatch::inspecting
