// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "metabatch/update.hpp"

namespace metabatch::cli {

/// Appends one line of a spool with its check and its end; see Spool.
void append_spool_line(std::string& out, const Update& update, std::uint64_t line, std::uint64_t of);

/// What the check of a line says.
struct SpoolCheck {
  enum class Verdict : std::uint8_t { none, good, damaged };
  Verdict verdict = Verdict::none;  ///< none: there is no check
  std::uint64_t of = 0;             ///< good only: how many lines the file had when it was written
};
SpoolCheck check_spool_line(std::string_view line);

}  // namespace metabatch::cli
