// SPDX-License-Identifier: Apache-2.0
// links: metabatch::cli
// Any bytes as a threshold of --fail-if: either it is parsed, or the message points at the wrong
// position.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/flags/arguments.hpp"
#include "cli/flags/thresholds.hpp"

using namespace metabatch::cli;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // an argument cannot contain it
  try {
    const Threshold threshold = Threshold::parse(text);
    RunResult late;
    late.summary.delay_p99 = 1e300;
    for (const RunResult& result : {RunResult{}, late}) {
      const auto missed = threshold.missed(result);
      require(!missed || !missed->empty());
    }
  } catch (const UsageError& error) {
    require(std::string(error.what()).find("\n  ") != std::string::npos);
  }
  return 0;
}
