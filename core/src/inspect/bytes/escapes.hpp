// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "inspect/bytes/byte_source.hpp"

/// Escapes of the languages through which a payload may have gone, undone with every byte's
/// position kept.
namespace metabatch::inspecting {

enum class Escape : std::uint8_t {
  backslash,         ///< JSON, C, SQL's E'...': \n \" \/ \u002B \x2B \053
  percent,           ///< URLs: %2B
  quoted_printable,  ///< mails: =2B, and `=` at the end of a line
  entity,            ///< XML and HTML: &#43; &#x2B; &quot; &amp;
};

/// The text without one layer of these escapes; nothing where it has none.
///
/// @shape a byte of an escape is made of all its bytes: spans end behind whole escapes. `\x` in
///        front of at least 16 hex digits is PostgreSQL's bytea, which is no escape
std::optional<MadeText> undo(Escape escape, const Source& source);

/// Moves `at` behind one backslash escape and appends what it stands for. `at` is behind the
/// backslash, before the end.
/// @source PostgreSQL documentation 4.1.2.2 (String Constants With C-Style Escapes); RFC 8259
///         section 7
void undo_backslash(std::string_view text, std::size_t& at, std::string& out);

/// The same behind the mark of U&'...', which is a backslash or what UESCAPE says.
/// @source PostgreSQL documentation 4.1.2.3 (String Constants With Unicode Escapes)
void undo_code_point(std::string_view text, std::size_t& at, char mark, std::string& out);

}  // namespace metabatch::inspecting
