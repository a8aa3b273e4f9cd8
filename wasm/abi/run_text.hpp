// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metabatch/simulation/simulator.hpp"

/// What a simulation came to, in the form in which `metabatch simulate` prints it.
namespace metabatch::wasm {

/// The object of `--json`: the specification, "The result": every member in its order, on one line.
std::string result_json(const Simulator& simulator);

}  // namespace metabatch::wasm
