// SPDX-License-Identifier: Apache-2.0
// links: metabatch_test_support
// Sequences of operations from a fuzzer's bytes: the machine must agree with the oracle on every
// one.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "support/operations.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static metabatch::oracle::Coverage coverage;
  const auto difference =
      metabatch::oracle::run_operations(metabatch::oracle::Choices(std::span(data, size)), coverage, 2000);
  if (!difference) return 0;
  std::fprintf(stderr, "%s\n", difference->c_str());
  std::abort();
}
