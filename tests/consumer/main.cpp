// SPDX-License-Identifier: Apache-2.0
// Includes, links and runs the installed library; knows nothing of its source tree.
#include "metabatch/counters.hpp"
#include "metabatch/outcome.hpp"

#include <cstdio>
#include <string>

int main() {
  metabatch::Counters sum;
  metabatch::Counters part;
  part.offered = 3;
  part.written = 2;
  part.waiting = 1;
  sum += part;
  const std::string reason(name_of(metabatch::Reason::capacity));
  std::printf("%s %s\n", reason.c_str(), sum.balanced() ? "balanced" : "unbalanced");
  return sum.balanced() && reason == "capacity" ? 0 : 1;
}
