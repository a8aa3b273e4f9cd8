// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "metabatch/update.hpp"

namespace metabatch::sql {

/// Why a database refuses a value.
struct Refusal {
  std::string sqlstate;  ///< empty: the store has none
  std::string why;       ///< for people, in the words of the server
};

/// Called on the flusher's thread for each entry that a flush quarantines. The report stands even
/// when the flush fails later: the fate in the outcome is `quarantined`.
///
/// @owns nothing: `entry` is only read during the call
using OnRefused = std::function<void(const Update& entry, const Refusal& refusal)>;

}  // namespace metabatch::sql
