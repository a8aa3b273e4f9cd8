// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "metabatch/batcher.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/simulator.hpp"

namespace metabatch {

struct Replica;

/// The timeline of a simulation: each sample is what changed since the one before.
class Samples {
 public:
  Samples(Duration duration, Duration every);

  [[nodiscard]] Duration every() const { return every_; }
  [[nodiscard]] Duration latest() const { return at_; }
  void take(Duration now, std::span<const Replica> replicas, std::uint64_t reports, std::uint64_t agents);
  [[nodiscard]] const Timeline& timeline() const { return timeline_; }

 private:
  Duration every_;
  Timeline timeline_;
  Duration at_{};
  Counters counters_;
  FlushCounters flushes_;
  DelayHistogram delay_;
  double flush_seconds_ = 0;
  std::uint64_t reports_ = 0;
  Metrics since_;  // kept: it allocates
};

/// How full the room of a replica is, 0 to 1.
double room_share(const Batcher& batcher);
/// Seconds that all successful flushes took.
double flush_seconds(const Metrics& metrics);

}  // namespace metabatch
