// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "metabatch/update.hpp"

namespace metabatch::cli {

/// Appends one line of a spool with its check and its line end; see Spool.
void append_spool_line(std::string& out, const Update& update, std::uint64_t line, std::uint64_t of);

/// The content of the check of a line.
struct SpoolCheck {
  enum class Verdict : std::uint8_t { none, good, damaged };
  Verdict verdict = Verdict::none;  ///< none: the line has no check
  std::uint64_t of = 0;             ///< good only: the number of lines when the file was written
};
SpoolCheck check_spool_line(std::string_view line);

}  // namespace metabatch::cli
