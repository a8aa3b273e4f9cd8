// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inspect/bytes/byte_source.hpp"
#include "inspect/span_recorder.hpp"

/// The steps of an inspection.
namespace metabatch::inspecting {

/// Reads a whole text: its wrappings, its tokens, and the escapes through which they went.
void read_text(Recorder& out, const Source& source);

/// The inspection of a text without alternatives.
Inspection inspect_plainly(std::string_view input, InspectLimits limits = {});

}  // namespace metabatch::inspecting
