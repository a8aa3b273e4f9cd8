// SPDX-License-Identifier: Apache-2.0
#include "models/state_watch.hpp"

namespace metabatch::models {
namespace {

int badness(Severity severity) {
  switch (severity) {
    case Severity::alarm: return 2;
    case Severity::warning: return 1;
    case Severity::notice:
    case Severity::good: return 0;
  }
  return 0;
}

}  // namespace

std::optional<StateNews> StateWatch::see(const HealthText& health, const Condition& condition, Instant now) {
  const int bad = condition.isFlushingPaused ? 0 : badness(health.severity);
  if (bad == 0) {
    if (!m_goodSince) m_goodSince = now;
    if (now - *m_goodSince >= kQuiet) m_reported = 0;
    return std::nullopt;
  }
  m_goodSince.reset();
  if (bad <= m_reported) return std::nullopt;
  m_reported = bad;
  return StateNews{health.headline, health.lines.empty() ? health.rates : health.lines.front().text};
}

}  // namespace metabatch::models
