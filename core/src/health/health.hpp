// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "health/codes.hpp"
#include "health/facts.hpp"

namespace metabatch::health {

/// One finding, as values. text.hpp makes the English sentence; another language makes its own from
/// the same values.
struct Finding {
  Code code = Code::measuring;
  std::array<double, kNumbers> numbers{};
  FailureClass failure = FailureClass::none;
  std::string detail{};  ///< text from outside (a server, an operating system): show it escaped, as plain text
  bool operator==(const Finding&) const = default;
};

/// Rates of the window, per second.
struct Rates {
  double updates = 0;    ///< offered
  double written = 0;    ///< entries whose flush completed, whatever the fate of the row
  double flushes = 0;    ///< successful ones
  double failures = 0;   ///< failed attempts
  double notifies = 0;   ///< chunks published
  double unbatched = 0;  ///< one UPDATE and one NOTIFY for each report
};

struct Assessment {
  std::vector<Finding> findings;  ///< worst first, never empty
  WindowStart start = WindowStart::full;
  Duration span{};  ///< of the window: every figure beside the findings is of it
  Rates rates;
  std::optional<double> saved;  ///< none: show an en dash
  [[nodiscard]] const Finding& first() const { return findings.front(); }
  [[nodiscard]] State state() const { return state_of(first().code); }
  /// Stalled with a full buffer: the only state of batching in which a service is not ready.
  [[nodiscard]] bool is_blocked() const;
};

/// Judges a window and this moment. A pure function: equal facts give equal findings.
Assessment assess(const Facts& facts);

/// The settings with what the finding advises: larger batches, a larger buffer, a longer interval.
/// None: no setting mends it.
std::optional<Config> advised(const Finding& finding, const Config& running);

}  // namespace metabatch::health
