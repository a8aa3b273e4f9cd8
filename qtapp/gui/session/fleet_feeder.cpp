// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fleet_feeder.hpp"

#include "engine/live_fleet.hpp"

namespace metabatch::gui {

void FleetFeeder::start(const Fleet& fleet, engine::Lanes& lanes) {
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

void FleetFeeder::run(const Fleet& options, engine::Lanes& lanes) {
  const auto began = std::chrono::steady_clock::now();
  engine::LiveFleet fleet(options, kFleetSeed, engine::system_clock().wall_now());
  while (sleepUntil(began + fleet.next_due())) {
    const auto report = fleet.take_next();
    if (!report) continue;
    (void)lanes.add(*report);
    m_recorder.record(*report);
    ++m_reports;
  }
}

}  // namespace metabatch::gui
