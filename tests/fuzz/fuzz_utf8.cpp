// SPDX-License-Identifier: Apache-2.0
// Sanitised text is valid and within its limit. Sanitising it again changes nothing. A cut is a
// prefix of the whole text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Valid UTF-8 without NUL, checked by code point value and not by a byte table.
bool is_valid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80             ? 1
                             : (lead & 0xE0) == 0xC0 ? 2
                             : (lead & 0xF0) == 0xE0 ? 3
                             : (lead & 0xF8) == 0xF0 ? 4
                                                     : 0;
    if (size == 0 || at + size > text.size()) return false;
    std::uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t kLeast[] = {0, 1, 0x80, 0x800, 0x10000};
    if (point < kLeast[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += size;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string room;
  const Sanitized whole = sanitize(text, room);
  require(is_valid(whole.text) && whole.text.size() >= size);
  require((whole.replaced == 0) == is_valid(text));
  require((whole.replaced == 0) == (whole.text == text && whole.text.data() == text.data()));
  require((clean_size(text) == size) == (whole.replaced == 0));
  require(count_code_points(whole.text) >= whole.replaced);

  std::string again;
  const Sanitized twice = sanitize(whole.text, again);
  require(twice.replaced == 0 && twice.text == whole.text);

  const std::size_t most = size == 0 ? 0 : data[0] % (size + 4);
  std::string cut_room;
  const Sanitized cut = sanitize(text, cut_room, most);
  require(cut.text == cut_at_boundary(whole.text, most) && cut.replaced <= whole.replaced);
  require(is_valid(cut.text) && cut.text.size() <= most);
  require(cut.text.size() == whole.text.size() || cut.text.size() + 3 >= most);
  return 0;
}
