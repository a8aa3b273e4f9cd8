// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/flags/arguments.hpp"
#include "feed/input_file.hpp"

namespace metabatch::cli {

using feed::Line;
using feed::LineReader;

/// The input that an argument names: a file, a pipe, or standard input for `-`.
class Input : public feed::Input {
 public:
  /// @errors throws UsageError: it cannot be opened
  explicit Input(const std::string& name) : feed::Input(name) {
    if (!problem().empty()) throw UsageError(problem());
  }
};

}  // namespace metabatch::cli
