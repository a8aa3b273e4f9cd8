// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// The alphabet of the payload.
/// @source RFC 4648 section 4 (standard base64)
namespace metabatch::codec {

inline constexpr std::string_view kSymbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kSymbols.size() == 64);

inline constexpr std::uint8_t kNoSymbol = 0xff;

constexpr std::array<std::uint8_t, 256> make_symbol_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNoSymbol;
  for (std::size_t i = 0; i < kSymbols.size(); ++i) {
    values[static_cast<unsigned char>(kSymbols[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
inline constexpr auto kSymbolValues = make_symbol_values();

/// 0..63, or kNoSymbol outside the alphabet.
inline std::uint8_t symbol_value(char symbol) { return kSymbolValues[static_cast<unsigned char>(symbol)]; }

}  // namespace metabatch::codec
