// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <memory>
#include <vector>

#include "gui/charts/chart_card.hpp"
#include "models/charts/chart_specs.hpp"

namespace metabatch::gui {

/// 24 hours of samples, flushes and notifications, one of each a second.
inline void fillADay(models::LiveSeries& series) {
  models::Sample sample;
  sample.config = validated(Config{}).value();
  for (int second = 0; second < 86'400; ++second) {
    sample.at = Instant(std::chrono::seconds(second));
    const auto s = static_cast<std::uint64_t>(second);
    sample.counters.offered = 900 * s;
    sample.counters.pending = (s * 37) % 500;
    sample.reports = 60 * s;
    sample.flushes.flushes[0] = 2 * s - s % 3;
    sample.flushes.chunks = 2 * s;
    if (second % 600 == 0) sample.delay.observe(std::chrono::milliseconds(second % 977));
    series.append(sample);
    series.append(
        models::FlushPoint{sample.at, std::chrono::microseconds(900 + second % 700), Reason::capacity, 500, false});
    series.append(models::ChannelPoint{sample.at, 2, 68, 0.001});
  }
}

/// Ten charts that show all of it, or its end, refreshed from the series and drawn; returns the
/// times of some frames.
class FramesOfADay {
 public:
  FramesOfADay() {
    fillADay(m_series);
    m_window.setNow(m_series.latest().at);
    show(std::chrono::hours(24));
    for (const auto& specs : {models::chartSpecs().first(8), models::channelSpecs().first(2)})
      for (const models::ChartSpec& spec : specs) m_cards.push_back(std::make_unique<ChartCard>(spec, m_window));
    for (const auto& card : m_cards) {
      card->setTheme(themeOf(ThemeChoice::light));
      card->resize(460, 200);
      card->show();
    }
    QCoreApplication::processEvents();
  }
  [[nodiscard]] const std::vector<std::unique_ptr<ChartCard>>& cards() const { return m_cards; }
  void show(Duration span) { m_window.setSpan(span); }
  double nextMs() {
    QElapsedTimer timer;
    timer.start();
    for (const auto& card : m_cards) card->refresh(m_series);
    for (const auto& card : m_cards) card->repaint();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
  }

 private:
  models::LiveSeries m_series;
  models::TimeWindow m_window;
  std::vector<std::unique_ptr<ChartCard>> m_cards;
};

}  // namespace metabatch::gui
