// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "metabatch/simulation/scenario.hpp"
#include "metabatch/simulation/summary.hpp"
#include "models/logs/flush_log.hpp"
#include "models/charts/sample.hpp"

namespace metabatch::models {

/// How well a StoreModel knows the database that it stands for.
struct StoreFit {
  StoreModel model;
  std::size_t flushes = 0;          ///< successful ones that it is made from; below kFewFlushes it is the default
  bool hasMeasuredRowCost = false;  ///< batches were of different sizes
};
inline constexpr std::size_t kFewFlushes = 5;

/// What was measured over time of a session, in bounded memory: what a replay of its arrivals is compared to, and what
/// the modelled database is made from.
class Measured {
 public:
  static constexpr std::size_t kSamples = 300;     ///< kept; when there are more, every other one goes
  static constexpr std::size_t kFlushes = 20'000;  ///< of the newest

  /// Both in the order of time.
  void append(const Sample& sample);
  void append(const FlushLine& flush);
  void clear();

  [[nodiscard]] bool isEmpty() const { return m_samples.empty(); }
  /// The first sample kept at or after that instant; the newest one when there is none. Only when !isEmpty().
  [[nodiscard]] const Sample& sampleFrom(Instant from) const;
  [[nodiscard]] const Sample& newest() const { return m_samples.back(); }
  /// What happened from that sample to the newest one.
  [[nodiscard]] Summary since(const Sample& from) const;
  /// Settings that changed after `from`, counted from it, for a scenario that begins with those of `from`.
  [[nodiscard]] std::vector<SettingChange> changesSince(const Sample& from) const;

  /// The model of the database by the flushes from that instant on: row_cost is what an entry costs, the median of the
  /// slopes between flushes where batches differ enough in size, at most nine tenths of a flush, else the default, at most
  /// half of one; what is left of each flush has the median and (by the 90th percentile, as log-normal times have it, within
  /// a few times of what was seen; of 100 flushes and more as measured) the 99th percentile of the model. Flushes in a row
  /// that failed are an outage from the first one to the next success.
  ///
  /// @source Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968
  [[nodiscard]] StoreFit fit(Instant from) const;

 private:
  struct Flush {
    Instant at{};
    Duration took{};
    std::size_t entries = 0;
    std::size_t chunks = 0;
    std::size_t publishErrors = 0;
    bool isFailed = false;
  };
  std::deque<Sample> m_samples;
  std::deque<Flush> m_flushes;
  Duration m_pace{};  // samples closer than that to the one before are left out
};

}  // namespace metabatch::models
