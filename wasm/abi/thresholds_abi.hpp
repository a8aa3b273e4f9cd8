// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "results/thresholds.hpp"

namespace metabatch::wasm {

/// What mb_thresholds() last read: all runs are judged by it.
const std::vector<Threshold>& thresholds();

}  // namespace metabatch::wasm
