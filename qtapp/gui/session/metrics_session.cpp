// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/metrics_session.hpp"

#include "engine/clock.hpp"

namespace metabatch::gui {

MetricsSession::MetricsSession(const MetricsPlan& plan, models::LiveSeries& series, models::TimeWindow& window,
                               Heard heard, QObject* parent)
    : QObject(parent),
      m_series(series),
      m_window(window),
      m_heard(std::move(heard)),
      m_scrapes(plan.every),
      m_watch(plan) {
  connect(&m_watch, &MetricsWatch::answered, this,
          [this](const std::shared_ptr<const MetricsAnswer>& answer) { take(*answer); });
  connect(&m_watch, &MetricsWatch::closed, this, &MetricsSession::closed);
  connect(&m_timer, &QTimer::timeout, this, [this] { move(engine::system_clock().now()); });
  m_timer.start(std::chrono::seconds(1));
  move(engine::system_clock().now());
}

void MetricsSession::close() {
  m_timer.stop();
  m_watch.close();
}

/// Half an interval late is not late yet.
Duration MetricsSession::longestPause(const MetricsPlan& plan) {
  return std::max<Duration>(models::kLongestPause, plan.every + plan.every / 2 + patienceOf(plan.every));
}

void MetricsSession::take(const MetricsAnswer& answer) {
  if (answer.why.isEmpty())
    m_scrapes.take(answer.page, answer.scrape, m_heard(), m_series);
  else
    m_scrapes.miss(answer.at, answer.why, m_series);
  move(answer.at);
}

void MetricsSession::move(Instant now) {
  if (now > m_window.now()) m_window.setNow(now);
  emit changed();
}

}  // namespace metabatch::gui
