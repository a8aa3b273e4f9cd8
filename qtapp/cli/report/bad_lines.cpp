// SPDX-License-Identifier: Apache-2.0
#include "cli/report/bad_lines.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kMostKinds = 64;  // reasons come from this program, but may quote what they refuse
constexpr const char* kOtherKinds = "other reasons";

std::string kind_of(const std::string& reason) {
  std::string kind;
  for (const char c : reason) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit && kind.ends_with('N')) continue;
    kind += is_digit ? 'N' : c;
  }
  return kind;
}

}  // namespace

void BadLines::report(const feed::Line& line, const std::string& what) {
  std::string kind = kind_of(what);
  if (kinds_.size() >= kMostKinds && !kinds_.contains(kind)) kind = kOtherKinds;
  const std::uint64_t seen = ++kinds_[kind];
  if (seen <= kShownBadLines)
    console_.text("line " + std::to_string(line.number) + ": " + what + " (the line begins at byte " +
                  std::to_string(line.at) + ")\n");
  else if (seen == kShownBadLines + 1)
    console_.text("more lines of this kind are only counted: " + kind + "\n");
}

void BadLines::finish() {
  for (const auto& [kind, seen] : kinds_)
    if (seen > kShownBadLines) console_.text("and " + counted(seen - kShownBadLines, "line") + " more: " + kind + "\n");
}

}  // namespace metabatch::cli
