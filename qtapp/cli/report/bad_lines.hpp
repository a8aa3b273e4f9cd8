// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cli/terminal/console.hpp"
#include "feed/line_reader.hpp"

namespace metabatch::cli {

inline constexpr std::uint64_t kShownBadLines = 20;  // of one kind

/// Reports bad lines with their numbers and where they begin: the first kShownBadLines of each
/// kind, then how many more there were. Two reasons that differ only in numbers are of one kind.
class BadLines {
 public:
  explicit BadLines(Console& console) : console_(console) {}

  void report(const feed::Line& line, const std::string& what);
  /// Reports the counts, at the end of the input.
  void finish();

 private:
  Console& console_;
  std::map<std::string, std::uint64_t> kinds_;
};

}  // namespace metabatch::cli
