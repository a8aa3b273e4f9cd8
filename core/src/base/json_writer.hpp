// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/number.hpp"

namespace metabatch {

/// Which characters of a JSON string are escaped.
enum class JsonEscapes : std::uint8_t {
  required,  ///< only what JSON demands: `"`, `\` and control characters (as \u00XX)
  html,  ///< as Go's encoder writes it, safe inside HTML: also `<`, `>`, `&`, U+2028, U+2029; and \n, \r, \t in short
};

/// Appends `text` as a JSON string, in quotes. Bytes that are not UTF-8, and NUL, become U+FFFD
/// (utf8.hpp).
///
/// @cost one pass; text without escapes is copied in one piece
void append_json_text(std::string& to, std::string_view text, JsonEscapes escapes = JsonEscapes::required);

/// Appends `,"name":` and the value. The first member of an object is written by the caller.
inline void append_member(std::string& to, std::string_view name) { to.append(",\"").append(name).append("\":"); }
inline void append_member(std::string& to, std::string_view name, std::string_view text) {
  append_member(to, name);
  append_json_text(to, text);
}
inline void append_member(std::string& to, std::string_view name, std::uint64_t number) {
  append_member(to, name);
  append_number(to, number);
}

}  // namespace metabatch
