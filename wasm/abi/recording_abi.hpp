// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metabatch/simulation/recording.hpp"

namespace metabatch::wasm {

/// The arrivals that replace the fleet; null: the scenario's fleet reports.
std::shared_ptr<const Recording> recorded();

}  // namespace metabatch::wasm
