// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "metabatch/simulation/scenario.hpp"
#include "metabatch/simulation/summary.hpp"
#include "models/charts/sample.hpp"
#include "models/logs/flush_log.hpp"

namespace metabatch::models {

/// How well a StoreModel fits the database that it models.
struct StoreFit {
  StoreModel model;
  std::size_t flushes = 0;          ///< successful flushes behind it; below kFewFlushes it is the default
  bool hasMeasuredRowCost = false;  ///< batches were of different sizes
};
inline constexpr std::size_t kFewFlushes = 5;

/// Measurements of a session over time, in bounded memory. A replay of the session's arrivals is
/// compared with them, and the modelled database is fitted to them.
class Measured {
 public:
  static constexpr std::size_t kSamples = 300;     ///< stored; when there are more, every other one is removed
  static constexpr std::size_t kFlushes = 20'000;  ///< of the newest

  /// Both are called in the order of time.
  void append(const Sample& sample);
  void append(const FlushLine& flush);
  void clear();

  [[nodiscard]] bool isEmpty() const { return m_samples.empty(); }
  /// The first sample kept at or after that instant; the newest one when there is none. Only when
  /// !isEmpty().
  [[nodiscard]] const Sample& sampleFrom(Instant from) const;
  [[nodiscard]] const Sample& newest() const { return m_samples.back(); }
  /// The difference between that sample and the newest one.
  [[nodiscard]] Summary since(const Sample& from) const;
  /// The changes of settings after `from`, counted from it, for a scenario that begins with the
  /// settings of `from`.
  [[nodiscard]] std::vector<SettingChange> changesSince(const Sample& from) const;

  /// The model of the database, fitted to the flushes from that instant on. row_cost is the cost of
  /// an entry: the median of the slopes between flushes when batches differ enough in size, at most
  /// nine tenths of a flush; else the default, at most half of a flush. The remaining time of each
  /// flush gives the median and the 99th percentile of the model. The latter follows from the 90th
  /// percentile of a log-normal distribution, within a few times of what was seen; from 100 flushes
  /// on it is the measured one. Consecutive failed flushes are an outage from the first of them to
  /// the next success.
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
  Duration m_pace{};  // a sample closer to the one before it is left out
};

}  // namespace metabatch::models
