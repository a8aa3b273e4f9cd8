// SPDX-License-Identifier: Apache-2.0
#include "results/guess_text.hpp"

#include <algorithm>

namespace metabatch {
namespace {

/// The edit distance: how many letters must be added, removed or replaced to make one word from the
/// other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, exchanged});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string guess_text(std::string_view given, const std::vector<std::string_view>& known) {
  constexpr std::size_t kNear = 3;
  std::string_view nearest;
  std::size_t least = std::min(kNear, given.size() / 2) + 1;
  for (const std::string_view one : known)
    if (const std::size_t far = distance(given, one); far < least) {
      least = far;
      nearest = one;
    }
  return nearest.empty() ? "" : ", did you mean " + std::string(nearest) + "?";
}

}  // namespace metabatch
