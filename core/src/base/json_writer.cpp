// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.hpp"

#include "base/utf8.hpp"

namespace metabatch {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kSeparator = "\xE2\x80";  // U+2028 and U+2029 are this and \xA8 or \xA9

bool is_html(char byte) { return byte == '<' || byte == '>' || byte == '&'; }

void append_code(std::string& to, unsigned char code) {
  to.append("\\u00") += kHexDigits[code >> 4];
  to += kHexDigits[code & 15];
}

void append_escaped(std::string& to, char byte, JsonEscapes escapes) {
  if (byte == '"' || byte == '\\') {
    to += '\\';
    to += byte;
    return;
  }
  const bool is_short = escapes == JsonEscapes::html;
  if (is_short && byte == '\n')
    to += "\\n";
  else if (is_short && byte == '\r')
    to += "\\r";
  else if (is_short && byte == '\t')
    to += "\\t";
  else
    append_code(to, static_cast<unsigned char>(byte));
}

/// How many bytes at `at` are U+2028 or U+2029: 3 or 0.
std::size_t separator_size(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != kSeparator || at + 2 >= text.size()) return 0;
  return text[at + 2] == '\xA8' || text[at + 2] == '\xA9' ? 3 : 0;
}

}  // namespace

void append_json_text(std::string& to, std::string_view unclean, JsonEscapes escapes) {
  std::string buffer;
  const std::string_view text = sanitize(unclean, buffer).text;
  const bool is_for_html = escapes == JsonEscapes::html;
  to += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (is_for_html && byte == kSeparator[0]) {
      if (separator_size(text, i) == 0) continue;
      to.append(text.substr(copied, i - copied)).append(text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029");
      i += 2;
    } else {
      const bool is_control = static_cast<unsigned char>(byte) < 0x20;
      if (!is_control && byte != '"' && byte != '\\' && !(is_for_html && is_html(byte))) continue;
      to.append(text.substr(copied, i - copied));
      append_escaped(to, byte, escapes);
    }
    copied = i + 1;
  }
  to.append(text.substr(copied)) += '"';
}

}  // namespace metabatch
