// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/utf8.hpp"

namespace metabatch::cli {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// C1 and format characters that hide or reorder text. C0 and DEL are ASCII and are handled apart.
constexpr Range kHidden[] = {
    {0x80, 0x9F},        // C1
    {0x061C, 0x061C},    // Arabic letter mark
    {0x200E, 0x200F},    // left-to-right and right-to-left marks
    {0x2028, 0x202E},    // line and paragraph separators, embeddings and overrides
    {0x2066, 0x206F},    // isolates, deprecated format characters
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE007F},  // tags
};

bool is_hidden(std::uint32_t point) {
  return std::any_of(std::begin(kHidden), std::end(kHidden),
                     [point](Range range) { return point >= range.first && point <= range.last; });
}

void append_escape(std::string& out, const char* format, std::uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, format, number);
  out += text;
}

/// Takes one code point off the front of valid UTF-8.
std::string_view take_code_point(std::string_view& text, std::uint32_t& point) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  const std::string_view bytes = text.substr(0, size);
  text.remove_prefix(size);
  return bytes;
}

void append_clean(std::string& out, std::string_view text, Layout layout) {
  while (!text.empty()) {
    std::uint32_t point = 0;
    const std::string_view bytes = take_code_point(text, point);
    const bool is_layout = point == '\n' || point == '\t';
    const bool is_control = point < 0x20 || point == 0x7F;
    if (is_layout && layout == Layout::one_line)
      out += point == '\n' ? "\\n" : "\\t";
    else if ((is_control && !is_layout) || is_hidden(point))
      append_escape(out, point > 0xFFFF ? "\\U%08x" : "\\u%04x", point);
    else
      out += bytes;
  }
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool obeys_sequences(int fd) {
  const char* const kind = std::getenv("TERM");
  return is_terminal(fd) && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

std::string visible(std::string_view text, Layout layout) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t clean = clean_size(text);
    append_clean(out, text.substr(0, clean), layout);
    text.remove_prefix(clean);
    if (text.empty()) break;
    const auto byte = static_cast<unsigned char>(text[0]);
    append_escape(out, byte == 0 ? "\\u%04x" : "\\x%02x", byte);
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace metabatch::cli
