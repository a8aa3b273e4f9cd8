// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "metabatch/batch.hpp"
#include "metabatch/time.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

inline constexpr Duration kNever = Duration::max();
inline constexpr std::uint32_t kNoRow = std::numeric_limits<std::uint32_t>::max();
/// What the servers' clocks show when virtual time begins: 2026-01-01T00:00:00Z.
inline constexpr WallTime kFirstWallTime{std::chrono::seconds(1'767'225'600)};

enum class ArrivalKind : std::uint8_t { fresh, late, repeated };

/// A report that reaches a replica.
struct Arrival {
  Report report;  ///< views of the source, until its next pop()
  std::uint32_t replica = 0;
  ArrivalKind kind = ArrivalKind::fresh;
  /// The rows of its items, where they are numbered one after the other from here; kNoRow: they
  /// have none, or `rows`.
  std::uint32_t first_row = kNoRow;
  std::span<const std::uint32_t> rows{};  ///< else; until the next pop()
};

/// A source of reports in the order of time. It does not know what happens to them.
class Arrivals {
 public:
  virtual ~Arrivals() = default;
  /// When the next report comes; kNever: no more.
  [[nodiscard]] virtual Duration next() const = 0;
  /// Returns that report and moves on to the next. None: something else happened at that instant (a
  /// report sent late, an agent that went away).
  virtual std::optional<Arrival> pop() = 0;
  /// How many agents belong to the fleet, and how many of these report at the moment.
  [[nodiscard]] virtual std::uint64_t agents() const = 0;
  [[nodiscard]] virtual std::uint64_t agents_present() const = 0;

  /// Rows of the modelled table, numbered from 0.
  [[nodiscard]] virtual std::size_t rows() const = 0;
  /// The row of each entry of a batch, kNoRow where there is none.
  virtual void rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const = 0;
};

/// Stamps of one server, strictly increasing: max(now, last + 1 us).
class ServerClock {
 public:
  explicit ServerClock(WallTime began = kFirstWallTime) : began_(began) {}
  WallTime stamp(Duration now) {
    const WallTime wall = began_ + std::chrono::duration_cast<WallTime::duration>(now);
    last_ = wall > last_ ? wall : last_ + std::chrono::microseconds(1);
    return last_;
  }

 private:
  WallTime began_;
  WallTime last_{};
};

}  // namespace metabatch
