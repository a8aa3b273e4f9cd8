// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "inspect/bytes/byte_source.hpp"
#include "inspect/span_recorder.hpp"

namespace metabatch::inspecting {

/// Reads an object of one of the older forms from `from` on; the result is where it ends. What does
/// not belong to JSON ends it early.
std::size_t read_json(Recorder& out, const Source& source, std::size_t from);

}  // namespace metabatch::inspecting
