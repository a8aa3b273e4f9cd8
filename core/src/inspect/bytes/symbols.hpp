// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Classes of bytes, and what a symbol of base64 is worth.
namespace metabatch::inspecting {

enum ByteClass : std::uint8_t { kSymbol = 1, kHexDigit = 2, kLetterOrDigit = 4, kBlank = 8, kHard = 16, kNumber = 32 };

constexpr std::array<std::uint8_t, 256> make_byte_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&classes](std::string_view bytes, unsigned what) {
    for (const char c : bytes) {
      auto& one = classes[static_cast<unsigned char>(c)];
      one = static_cast<std::uint8_t>(one | what);
    }
  };
  add("0123456789", kSymbol | kHexDigit | kLetterOrDigit | kNumber);
  add("abcdefABCDEF", kHexDigit);
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kSymbol | kLetterOrDigit);
  add("+/", kSymbol);
  add(" \t\n\r\f\v", kBlank | kHard);
  add("'\"`,;()[]<>|={}\\:\x1b\x7f", kHard);
  for (unsigned c = 0; c < 256; ++c)
    if (c < 0x20 || c >= 0x80) classes[c] = static_cast<std::uint8_t>(classes[c] | kHard);
  return classes;
}
inline constexpr auto kByteClasses = make_byte_classes();

inline bool is_of(char c, unsigned classes) { return (kByteClasses[static_cast<unsigned char>(c)] & classes) != 0; }
inline bool is_blank(char c) { return is_of(c, kBlank); }
inline bool is_hex(char c) { return is_of(c, kHexDigit); }
inline bool is_symbol(char c) { return is_of(c, kSymbol); }
/// No token goes on across it: blanks, quotes, brackets, controls, and every byte that is not
/// ASCII.
inline bool is_hard(char c) { return is_of(c, kHard); }

inline constexpr std::uint8_t kNoSymbol = 0xff;
constexpr std::array<std::uint8_t, 256> make_symbol_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNoSymbol;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
inline constexpr auto kSymbolValues = make_symbol_values();
inline std::uint8_t symbol_value(char c) { return kSymbolValues[static_cast<unsigned char>(c)]; }

/// The first offset from `from` on whose byte is not of the classes, or the size.
inline std::size_t end_of_run(std::string_view text, std::size_t from, unsigned classes) {
  while (from < text.size() && is_of(text[from], classes)) ++from;
  return from;
}
inline bool all_of(std::string_view text, unsigned classes) { return end_of_run(text, 0, classes) == text.size(); }

/// The first line end from `from` on, or the size. One pass: a search for each of the two line ends
/// would read to the end of the text where it has only the other.
inline std::size_t find_line_end(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] != '\n' && text[from] != '\r') ++from;
  return from;
}

inline unsigned hex_value(char c) {
  return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

}  // namespace metabatch::inspecting
