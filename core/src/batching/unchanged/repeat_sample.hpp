// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batching/unchanged/written_values.hpp"
#include "metabatch/batch.hpp"
#include "metabatch/counters.hpp"

namespace metabatch {

/// Finds out what suppress_unchanged would save, while it is off: counts how many of the entries
/// written repeat the value that was written for their key less than kRepeatsWithin ago. Only a
/// sample of the agents is examined, so that this costs hardly anything. As with suppression, a
/// repeated value does not renew its time.
///
/// @cost 56 bytes a key, at most kSampledKeys keys
class RepeatSample {
 public:
  explicit RepeatSample(std::uint64_t seed) : hash_(seed) {}

  /// The flush of `batch`, which was taken at `took_at`, ended.
  ///
  /// @shape counted: gets what was found
  /// @cost  about 2 ns an agent, and 100 ns for each entry that is examined
  void landed(const Batch& batch, const Verdict& verdict, Instant took_at, FlushCounters& counted);
  /// Suppression was turned on: it counts by itself.
  void clear();

  static constexpr std::size_t kSampledKeys = 128;

 private:
  struct Record {
    std::uint64_t tag = 0;
    std::uint64_t agent = 0;
    Instant since{};
    Hash128 value;
  };
  void examine(const Update& entry, std::uint64_t agent, Instant took_at, FlushCounters& counted);
  [[nodiscard]] bool is_sampled(std::uint64_t agent) const { return (agent & mask_) == 0; }

  ValueHash hash_;
  TagTable<Record> records_;
  std::uint64_t mask_ = 0;  // agents whose hash has none of these bits are examined
};

}  // namespace metabatch
