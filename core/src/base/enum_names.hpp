// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace metabatch {

/// The name of an enumerator out of a table in the enum's order; `?` for a value that the enum does
/// not have.
template <std::size_t N, class Enum>
constexpr std::string_view enum_name(const std::string_view (&names)[N], Enum which) {
  const auto index = static_cast<std::size_t>(which);
  return index < N ? names[index] : std::string_view("?");
}

}  // namespace metabatch
