// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "support/coverage.hpp"

namespace metabatch::oracle {

/// The source of a run's decisions: a seed, or the bytes of a fuzzer. The same source gives the
/// same run.
class Choices {
 public:
  explicit Choices(std::uint64_t seed) : state_(seed) {}
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes), seeded_(false) {}

  /// A number 0 .. n-1; n <= 65536. When the bytes have ended, they read as 0.
  std::uint32_t below(std::uint32_t n);
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  [[nodiscard]] bool exhausted() const { return !seeded_ && at_ >= bytes_.size(); }

 private:
  std::uint32_t byte() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }

  std::uint64_t state_ = 0;
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool seeded_ = true;
};

/// Drives the machine and the oracle with one sequence of operations on virtual time. After each
/// operation it compares admission, what is due and when, batches and their reasons, counters,
/// capacity, and figures of the flushes. Ends with close and a drain.
///
/// @return none: they agreed; else the difference, after the operations that led to it
std::optional<std::string> run_operations(Choices choices, Coverage& coverage, std::size_t operations);

}  // namespace metabatch::oracle
