// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace metabatch {

/// What is to be done with an entry of a batch that was taken.
enum class Leaving : std::uint8_t {
  written,    ///< it goes to the database
  unchanged,  ///< its row has this value, written less than suppress_unchanged ago
  older,      ///< older than an entry of its key that was left out as unchanged
};

}  // namespace metabatch
