// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace metabatch::cli {

/// Whether the stream is a terminal.
bool is_terminal(int fd);

/// Whether the stream is a terminal that obeys control sequences: TERM is set and is not `dumb`.
bool obeys_sequences(int fd);

/// How line feeds and tabs are treated.
enum class Layout : std::uint8_t {
  one_line,  ///< they are escaped: the text is part of a line
  lines,     ///< they are kept: the text has lines of its own
};

/// The text as a terminal may show it. Every text from outside (a server's message, an agent's
/// value, a scraped label, a line of a file) passes through this function before it reaches a
/// terminal.
///
/// It escapes control characters (C0, DEL, C1), characters that change the direction of writing or
/// separate lines, and bytes that are not UTF-8. A character becomes `\u001b` (`\U000e0001` above
/// U+FFFF), a byte `\xff`. So a JSON text with escaped characters is still the same JSON. Printable
/// text is unchanged, so a second call changes nothing.
std::string visible(std::string_view text, Layout layout);

}  // namespace metabatch::cli
