// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metabatch/simulation/simulator.hpp"

/// The result of a simulation, in the format of `metabatch simulate`.
namespace metabatch::wasm {

/// The object of `--json` (specification, "The result"): every member in order, on one line.
///
/// @shape rejected_lines: of the recording whose arrivals are simulated
std::string result_json(const Simulator& simulator, std::uint64_t rejected_lines);

}  // namespace metabatch::wasm
