// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "metabatch/simulation/recording.hpp"
#include "metabatch/update.hpp"

namespace metabatch::models {

inline constexpr Duration kRingSpan = std::chrono::minutes(5);
inline constexpr std::size_t kRingBytes = std::size_t{64} << 20;

/// The newest arrivals, to be played again: of at most `span`, and at most so many that a replay of them takes `bytes` of
/// memory. What is kept of a value and an error is how long it was: a replay decides nothing by what they say.
///
/// @units  bytes: as a Recording; in the ring itself an update takes 20 bytes and its key, a report 28
/// @owns   copies of everything. A snapshot shares what no longer changes, so it costs little and holds for ever
/// @cost   add: a copy of the keys
class ArrivalRing {
 public:
  explicit ArrivalRing(Duration span = kRingSpan, std::size_t bytes = kRingBytes);

  /// In the order of time: an earlier instant counts as the last one.
  ///
  /// @shape goesOn: the updates belong to the last report, and are added to it, but for where it becomes too large or a snapshot has it
  void add(const Report& report, Instant at, bool goesOn = false);
  void clear();
  /// A snapshot of the buffered arrivals, for another thread.
  [[nodiscard]] ArrivalRing snapshot();

  [[nodiscard]] bool isEmpty() const { return m_blocks.empty(); }
  /// Of the oldest and the newest report held; only when !isEmpty().
  [[nodiscard]] Instant begin() const { return m_blocks.front()->first; }
  [[nodiscard]] Instant end() const { return m_blocks.back()->last; }
  [[nodiscard]] std::size_t updates() const { return m_updates; }
  [[nodiscard]] std::size_t reports() const { return m_reports; }
  /// What a replay of it takes.
  [[nodiscard]] std::size_t bytes() const { return m_bytes; }
  /// What the ring itself takes.
  [[nodiscard]] std::size_t ownBytes() const;

  /// The reports from that instant on, which `at` is counted from. Values and errors are as long as they were.
  [[nodiscard]] std::shared_ptr<const Recording> recording(Instant from) const;

 private:
  struct Block {
    Instant first{}, last{};
    std::string text;
    std::size_t reports = 0, updates = 0, bytes = 0;
  };
  Block& growing(Instant at);
  void dropOld(Instant now);

  Duration m_span;
  std::size_t m_most;
  std::deque<std::shared_ptr<Block>> m_blocks;  // shared with snapshots but for the newest
  bool m_isSealed = true;                       // the newest one is shared too
  std::size_t m_reports = 0, m_updates = 0, m_bytes = 0;
  std::size_t m_lastReport = 0;  // where it begins in the newest block, which has one
};

}  // namespace metabatch::models
