// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fleet_feeder.hpp"

#include <map>

namespace metabatch::gui {

void FleetFeeder::start(const engine::FleetOptions& fleet, engine::Lanes& lanes) {
  stop();
  m_isStopping = false;
  m_thread = std::thread([this, fleet, &lanes] { run(fleet, lanes); });
}

void FleetFeeder::stop() {
  if (!m_thread.joinable()) return;
  {
    const std::lock_guard lock(m_mutex);
    m_isStopping = true;
  }
  m_stopping.notify_all();
  m_thread.join();
}

bool FleetFeeder::sleepUntil(std::chrono::steady_clock::time_point when) {
  std::unique_lock lock(m_mutex);
  return !m_stopping.wait_until(lock, when, [this] { return m_isStopping; });
}

void FleetFeeder::run(const engine::FleetOptions& options, engine::Lanes& lanes) {
  engine::Fleet fleet(options);
  ReportLimits limits;
  std::map<std::uint64_t, WallTime> stamps;  // of reports that come again, by their number
  const auto began = std::chrono::steady_clock::now();
  while (sleepUntil(began + fleet.next_due())) {
    const engine::Fleet::Sent sent = fleet.take_next();
    WallTime& kept = stamps[sent.number];
    const WallTime stamp = sent.is_again ? kept : m_stamper.next();
    kept = stamp;
    if (!sent.comes_again) stamps.erase(sent.number);
    if (!sent.arrives) continue;
    const Report report = limits.apply(sent.agent, sent.items, stamp);
    (void)lanes.add(report);
    m_recorder.record(report);
    ++m_reports;
  }
}

}  // namespace metabatch::gui
