// SPDX-License-Identifier: Apache-2.0
// Any bytes as a threshold: either it is parsed and judges any result, or the error points into the
// expression.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "results/thresholds.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = Threshold::parse(text);
  if (const auto* const error = std::get_if<ThresholdError>(&parsed)) {
    require(error->at <= size && error->size <= size - error->at);
    require(!describe(*error, text).empty());
    return 0;
  }
  JudgedResult late;
  late.summary.delay_p99 = late.summary.age_p99 = 1e300;
  late.summary.has_age = true;
  for (const JudgedResult& result : {JudgedResult{}, late}) {
    const auto missed = std::get<Threshold>(parsed).missed(result);
    require(!missed || !missed->empty());
  }
  return 0;
}
