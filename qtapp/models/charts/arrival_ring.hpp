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

/// The newest arrivals, for a replay: at most `span` of time, and at most so many that their replay
/// takes `bytes` of memory. Only the lengths of values and errors are stored, because no decision
/// of a replay depends on their text.
///
/// @units  bytes: as a Recording; in the ring itself an update takes 20 bytes and its key, a report
///         28
/// @owns   copies of everything. A snapshot shares the blocks that no longer change, so it costs
///         little and stays valid
/// @cost   add: a copy of the keys
class ArrivalRing {
 public:
  explicit ArrivalRing(Duration span = kRingSpan, std::size_t bytes = kRingBytes);

  /// Adds a report in the order of time; an instant before the last one counts as the last one.
  ///
  /// @shape goesOn: the updates belong to the last report and are added to it, unless it becomes
  ///        too large or a snapshot has it
  void add(const Report& report, Instant at, bool goesOn = false);
  void clear();
  /// A snapshot of the buffered arrivals, for another thread.
  [[nodiscard]] ArrivalRing snapshot();

  [[nodiscard]] bool isEmpty() const { return m_blocks.empty(); }
  /// The instants of the oldest and the newest report; only when !isEmpty().
  [[nodiscard]] Instant begin() const { return m_blocks.front()->first; }
  [[nodiscard]] Instant end() const { return m_blocks.back()->last; }
  [[nodiscard]] std::size_t updates() const { return m_updates; }
  [[nodiscard]] std::size_t reports() const { return m_reports; }
  /// The memory that a replay takes.
  [[nodiscard]] std::size_t bytes() const { return m_bytes; }
  /// The memory of the ring itself.
  [[nodiscard]] std::size_t ownBytes() const;

  /// The reports from that instant on; `at` is counted from it. Values and errors have their
  /// original lengths.
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
  std::deque<std::shared_ptr<Block>> m_blocks;  // shared with snapshots, except the newest
  bool m_isSealed = true;                       // the newest one is shared too
  std::size_t m_reports = 0, m_updates = 0, m_bytes = 0;
  std::size_t m_lastReport = 0;  // where it begins in the newest block, if there is one
};

}  // namespace metabatch::models
