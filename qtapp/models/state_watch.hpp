// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "models/health_view.hpp"

namespace metabatch::models {

/// A state that turned bad, in words.
struct StateNews {
  QString title;
  QString text;
};

/// Decides when a state is news: it turned bad (a warning or an alarm), or worse (an alarm after a
/// warning). A state that changes to and fro is news once, until it was good for kQuiet.
class StateWatch {
 public:
  static constexpr Duration kQuiet = std::chrono::minutes(1);

  /// Called in the order of time. A pause of flushes is the operator's own wish, and no news.
  std::optional<StateNews> see(const HealthText& health, const Condition& condition, Instant now);
  /// Another source begins.
  void restart() { *this = {}; }

 private:
  int m_reported = 0;  // how bad: 0 good, 1 warning, 2 alarm
  std::optional<Instant> m_goodSince;
};

}  // namespace metabatch::models
