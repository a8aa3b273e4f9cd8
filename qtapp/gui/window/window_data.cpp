// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/window_data.hpp"

#include "engine/clock.hpp"
#include "models/metrics/scrape_words.hpp"

namespace metabatch::gui {

void WindowData::clear() {
  series = models::LiveSeries();
  condition = {};
  health.clear();
  flushes.clear();
  channel.clear();
  quarantine.clear();
  time.clearSelection();
  engine::Clock& clock = engine::system_clock();
  time.restart(clock.now());
  time.setWallClock(clock.now(), clock.wall_now());
}

void WindowData::append(const models::Sample& sample) {
  series.append(sample);
  health.record(models::healthSample(sample, condition));
}

models::HealthText WindowData::healthText() const {
  if (scrape != nullptr) return models::scrapedHealth(*scrape);
  return models::healthText(health, series.isEmpty() ? models::Sample{} : series.latest(), condition);
}

void WindowData::append(Instant at, const std::vector<models::ChannelLine>& lines, double latency) {
  channel.add(lines, at);
  models::ChannelPoint point{.at = at, .latencySeconds = latency};
  for (const models::ChannelLine& line : lines) {
    if (line.lost == 0 && !line.isResync) ++point.notifications;
    point.agents += line.ids;
  }
  series.append(point);
  time.setNow(at);
}

}  // namespace metabatch::gui
