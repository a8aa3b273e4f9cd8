// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch {

/// When agents first report.
enum class StartPhase : std::uint8_t {
  spread,    ///< evenly over one report interval: agent i of n at i/n of it
  random,    ///< each at an instant of its own, evenly drawn from one report interval
  together,  ///< all at the same instant, as after a restart
};
std::string_view name_of(StartPhase start);

/// Agents that join (above 0) or leave (below 0) at an instant.
struct FleetChange {
  Duration at{};
  std::int64_t agents = 0;
  bool operator==(const FleetChange&) const = default;
};

/// Jitter that nobody chose: 2 % of the report interval. Agents that keep exact time let reports,
/// ticks and full batches fall on the same instant, which no real fleet does.
inline constexpr Duration kUsualJitter{-1};
inline constexpr std::int64_t kUsualJitterParts = 50;  // of the report interval

/// Who reports, how often and how much. The model is open: no agent waits for an answer. Arrivals
/// depend only on this and the seed, never on the settings of the batcher, so two settings can be
/// compared on the same arrivals.
///
/// An agent that leaves keeps its id and its rows, and comes back as the same agent; so memory has
/// a bound.
///
/// @units shares are per million
struct Fleet {
  std::int64_t agents = 600;  ///< at the start
  std::int64_t keys = 15;     ///< of a report; all agents have the same keys
  Duration every = std::chrono::seconds(10);
  Duration jitter = kUsualJitter;  ///< each report comes up to this much after its time; delays do not add up
  StartPhase start = StartPhase::random;

  std::int64_t key_bytes = 16;
  std::int64_t value_bytes_least = 8;  ///< each value has a length evenly drawn from least to most
  std::int64_t value_bytes_most = 24;
  std::uint32_t unchanged = 0;  ///< share of reports that repeat the values of the one before

  Duration burst_every{};  ///< 0: no bursts
  std::uint32_t burst_share = 1'000'000;
  std::int64_t burst_reports = 1;  ///< extra reports that each agent of the share sends at that instant

  std::vector<FleetChange> changes{};  ///< ascending in `at` once validated
  Duration stay{};  ///< mean time that an agent reports before it goes away, exponential; 0: for ever
  Duration away{};  ///< mean time that it then stays away, exponential

  std::uint32_t late = 0;          ///< share of reports that arrive late, with the stamp of when they were sent
  std::uint32_t duplicates = 0;    ///< share of reports that arrive a second time, with the same stamp
  Duration late_by{};              ///< how much later both arrive: evenly drawn from 0 to this
  std::uint32_t unregistered = 0;  ///< share of agents without rows in the table: all their updates are unmatched

  bool operator==(const Fleet&) const = default;
};

/// The jitter as it runs: kUsualJitter resolved. validated() fills it in.
constexpr Duration jitter_of(const Fleet& fleet) {
  return fleet.jitter < Duration{} ? fleet.every / kUsualJitterParts : fleet.jitter;
}

/// How many agents there are at most at a time, all changes considered.
std::int64_t most_agents(const Fleet& fleet);

}  // namespace metabatch
