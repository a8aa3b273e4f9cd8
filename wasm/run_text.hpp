// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metabatch/simulator.hpp"

/// What a simulation came to, in the forms in which `metabatch simulate` prints it.
namespace metabatch::wasm {

/// The object of `--json`: SPEC section 8, every member in its order, on one line.
std::string result_json(const Simulator& simulator);

/// The file of `--timeline`: `time_s,batch_size,...`, a row each sample that is still held, an empty cell where nothing was
/// there to measure.
std::string timeline_csv(const Simulator& simulator);

}  // namespace metabatch::wasm
