// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "metabatch/simulation/recording.hpp"

namespace metabatch::wasm {

/// What arrives in place of a fleet; null: the fleet of the scenario does.
std::shared_ptr<const Recording> recorded();

}  // namespace metabatch::wasm
