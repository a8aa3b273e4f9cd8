// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTest>

#include <functional>
#include <string>
#include <vector>

#include "health/collector.hpp"
#include "health/text.hpp"

namespace metabatch::tests {

using namespace std::chrono_literals;

inline constexpr Instant t0{100h};

/// A modelled machine: a fleet of 9,000 keys that reports 900 updates a second in 60 reports,
/// sampled twice a second.
struct Machine {
  health::Collector collector;
  health::Sample sample;

  Machine() {
    sample.at = t0;
    sample.config = *validated({});
    sample.flush_time = Duration{};
    collector.record(sample);
  }

  /// Samples `length` of time; `step` changes the sample by the events of half a second.
  void run(Duration length, const std::function<void(health::Sample&)>& step) {
    for (Duration gone{}; gone < length; gone += 500ms) {
      sample.at += 500ms;
      step(sample);
      QVERIFY(sample.counters.balanced());
      collector.record(sample);
    }
  }
  [[nodiscard]] health::Assessment assess() const { return health::assess(collector.facts()); }
  [[nodiscard]] std::string line() const { return health::status_line(assess()); }
};

inline void arrive(health::Sample& s, std::uint64_t updates = 450, std::uint64_t reports = 30) {
  s.counters.offered += updates;
  s.counters.pending += updates;
  s.reports += reports;
  s.now.buffered_entries += updates;
}

inline void flush(health::Sample& s, std::uint64_t entries, Reason reason, Duration took = 10ms) {
  s.counters.pending -= entries;
  s.counters.written += entries;
  s.now.buffered_entries -= entries;
  ++s.flushes.flushes[static_cast<std::size_t>(reason)];
  s.flushes.flushed_entries += entries;
  ++s.flushes.chunks;
  *s.flush_time += took;
  s.now.oldest_age = 300ms;
}

/// 900 updates a second: a capacity flush of 450 every half second.
inline void well(health::Sample& s) {
  arrive(s);
  flush(s, 450, Reason::capacity);
}

inline void fail(health::Sample& s, Duration since) {
  ++s.now.failures_in_a_row;
  ++s.flushes.failures[static_cast<std::size_t>(FailureClass::connection)];
  s.now.failure = FailureClass::connection;
  s.now.failure_detail = "connection refused";
  s.now.oldest_age = since;
}

using Names = std::vector<std::string>;

inline Names codes(const health::Assessment& assessment) {
  Names names;
  for (const health::Finding& finding : assessment.findings) names.emplace_back(health::name_of(finding.code));
  return names;
}

}  // namespace metabatch::tests

namespace QTest {
template <>
inline char* toString(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += name + ' ';
  return qstrdup(all.c_str());
}
template <>
inline char* toString(const std::string& text) {
  return qstrdup(text.c_str());
}
}  // namespace QTest
