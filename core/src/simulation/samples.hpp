// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "metabatch/batcher.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/simulation/simulator.hpp"

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
  struct State {
    Counters counters;
    FlushCounters flushes;
    DelayHistogram delay;
    double flush_seconds = 0, fullest = 0, buffered_entries = 0, buffered_bytes = 0;
    std::uint64_t reports = 0;
  };
  static State gather(std::span<const Replica> replicas);
  Summary since_last(const State& state, Duration now);
  void append(const State& state, Duration now, double agents);

  Duration every_;
  Timeline timeline_;
  Duration at_{};
  State last_;
  Metrics since_;  // kept: it allocates
};

/// How full the buffer of a replica is, 0 to 1.
double room_share(const Batcher& batcher);
/// Seconds that all successful flushes took.
double flush_seconds(const Metrics& metrics);

}  // namespace metabatch
