// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/findings.hpp"

namespace metabatch::wasm {

/// The column names of the lines below.
inline std::string findings_header() { return "what\tkind\tsentence\n"; }

inline void add_finding(std::string& text, std::string_view what, std::string_view kind, std::string_view sentence) {
  text.append(what).append("\t").append(kind).append("\t").append(sentence).append("\n");
}

/// Adds a line for each finding: `what`, its kind, one sentence; tabs between.
inline void add_findings(std::string& text, std::string_view what, const std::vector<RunFinding>& findings) {
  for (const RunFinding& finding : findings) add_finding(text, what, name_of(finding.kind), describe(finding));
}

}  // namespace metabatch::wasm
