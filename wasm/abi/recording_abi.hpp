// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "metabatch/simulation/recording.hpp"

namespace metabatch::wasm {

/// The arrivals that replace the fleet; null: the scenario's fleet reports.
std::shared_ptr<const Recording> recorded();
/// Lines of it that could not be read.
std::uint64_t recorded_bad_lines();

}  // namespace metabatch::wasm
