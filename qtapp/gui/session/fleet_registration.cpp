// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fleet_registration.hpp"

#include <algorithm>

#include "engine/clock.hpp"
#include "gui/session/fleet_feeder.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kRowsAStep = 20'000;  // some tenths of a second
constexpr Duration kShortestPause = std::chrono::seconds(5);
constexpr Duration kLongestPause = std::chrono::minutes(5);

}  // namespace

void FleetRegistration::begin(const Fleet& fleet) {
  m_fleet.emplace(fleet, kFleetSeed, WallTime{});
  m_agents = m_rows = 0;
  m_isAsked = true;
}

void FleetRegistration::beginAgain(const Fleet& fleet, Instant now) {
  if (isRunning() || now < m_next) return;
  begin(fleet);
  m_isAsked = false;
}

std::optional<Registered> FleetRegistration::step(Instant now) {
  if (!isRunning()) return std::nullopt;
  const auto rest = m_fleet->registered().subspan(m_agents);
  const std::size_t keys = std::max<std::size_t>(m_fleet->keys().size(), 1);
  const std::size_t count = std::min(rest.size(), std::max<std::size_t>(kRowsAStep / keys, 1));
  const auto done = m_database.register_agents(rest.first(count), m_fleet->keys());
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&done))
    return end(now, QString::fromStdString(failed->message));
  m_rows += std::get<std::size_t>(done);
  m_agents += count;
  if (count < rest.size()) return std::nullopt;
  return end(now, {});
}

std::variant<std::size_t, sql::DatabaseFailure> FleetRegistration::remove(const Fleet& fleet) const {
  return m_database.remove_rows(engine::LiveFleet(fleet, kFleetSeed, {}).registered());
}

Registered FleetRegistration::end(Instant now, QString problem) {
  m_pause = m_rows > 0 ? kShortestPause : std::clamp(m_pause * 2, kShortestPause, kLongestPause);
  m_next = now + m_pause;
  m_fleet.reset();
  return {engine::system_clock().wall_now(), m_rows, std::move(problem), m_isAsked};
}

}  // namespace metabatch::gui
