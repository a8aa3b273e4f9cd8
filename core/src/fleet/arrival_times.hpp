// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "metabatch/time.hpp"

namespace metabatch {

/// Two lines that follow each other are not further apart: else a clock was wrong, as one of 1970
/// or of 2099.
inline constexpr std::chrono::hours kMostApart{24 * 365};
inline constexpr std::int64_t kMostMicros = std::int64_t{1} << 50;  // 35 years: as nanoseconds 60 bits

/// When the lines of a recording arrived, in their order: the one rule for everything that reads or
/// plays one.
///
/// @shape  by at_us where the line has it, else by its collected_at, counted from the first of the
///         session; a line with neither comes with the one before it. Time does not go back: an
///         earlier line comes with the last one
/// @units  Duration since the recording began; never negative, at most kMostMicros
/// @errors none: every number and every stamp is some time
class ArrivalTimes {
 public:
  /// The next line's.
  Duration next(std::optional<std::int64_t> at_us, std::optional<WallTime> stamp);
  /// A session's head amid the file: at_us and stamps count anew, from where the lines before it
  /// ended.
  void begin_anew();

  /// The last line had a collected_at more than a year from those around it, and no at_us: it came
  /// with the line before.
  [[nodiscard]] bool is_clock_wrong() const { return is_clock_wrong_; }
  /// The last line's.
  [[nodiscard]] Duration now() const { return now_; }
  /// What at_us are counted from.
  [[nodiscard]] Duration origin() const { return origin_; }

 private:
  void begin_at(WallTime stamp);

  std::optional<WallTime> first_stamp_;
  std::optional<WallTime> last_stamp_;  // of the last line whose clock was right
  std::optional<WallTime> doubted_;     // of the line before, when its clock seemed wrong
  bool is_clock_wrong_ = false;
  Duration origin_{};
  Duration now_{};
};

}  // namespace metabatch
