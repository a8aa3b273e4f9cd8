// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/number.hpp"
#include "base/utf8.hpp"

namespace metabatch {

/// The text in quotes, as JSON writes it; sanitised (utf8.hpp), so that it can be read back.
inline void append_json_text(std::string& to, std::string_view unclean) {
  std::string room;
  const std::string_view text = sanitize(unclean, room).text;
  constexpr std::string_view kDigits = "0123456789abcdef";
  to += '"';
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      to += '\\';
      to += byte;
    } else if (code < 0x20) {
      to.append("\\u00") += kDigits[code >> 4];
      to += kDigits[code & 15];
    } else {
      to += byte;
    }
  }
  to += '"';
}

/// `,"name":` and what follows; the first member of an object is written by hand.
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
