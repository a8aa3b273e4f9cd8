// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/uuid.hpp"

/// Texts of every kind that a person may paste, with known ids in them: exactly what the inspector
/// must find. Bytes make the choices, so that a fuzzer can control them.
namespace metabatch::tests {

struct EmbeddedText {
  std::string text;
  std::vector<Uuid> ids;  ///< in the order of the text
};

/// @shape choices: any bytes; the same bytes give the same text. When they end, the text ends
EmbeddedText embedded_text(std::string_view choices);

}  // namespace metabatch::tests
