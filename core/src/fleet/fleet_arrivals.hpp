// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/rng.hpp"
#include "fleet/arrivals.hpp"
#include "fleet/report_texts.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "simulation/latency.hpp"

namespace metabatch {

/// The fleet of a scenario as arrivals.
///
/// @cost a heap of one report an agent: tens of nanoseconds a report; about 80 bytes and 8 bytes a
///       row an agent
class FleetArrivals final : public Arrivals {
 public:
  /// `fleet` is validated. `began`: what the servers' clocks show at first.
  FleetArrivals(const Fleet& fleet, std::int64_t replicas, std::uint64_t seed, TextStyle texts = TextStyle::random,
                WallTime began = kFirstWallTime);

  [[nodiscard]] Duration next() const override;
  std::optional<Arrival> pop() override;
  [[nodiscard]] std::uint64_t agents() const override { return present_; }
  [[nodiscard]] std::uint64_t agents_present() const override { return present_ - away_; }
  [[nodiscard]] std::size_t rows() const override { return agents_.size() * static_cast<std::size_t>(fleet_.keys); }
  void rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const override;
  [[nodiscard]] std::span<const std::string_view> keys() const { return texts_.keys(); }
  /// Every agent that will ever belong to the fleet; `with_rows`: only those that have rows in the
  /// table.
  [[nodiscard]] std::vector<Uuid> ids(bool with_rows) const;

 private:
  struct Agent {
    Uuid id;
    Duration base{};            ///< of the next report, without jitter
    Duration leaves = kNever;   ///< when it goes away next
    std::uint32_t version = 0;  ///< how often its values changed
    std::uint16_t replica = 0;  ///< its home
    bool registered = true;
    bool queued = false;  ///< waits in due_
    bool away = false;
  };
  struct Due {
    Duration at;
    std::uint32_t agent;
  };
  struct Delayed {
    Duration at;
    std::uint64_t number;  ///< of those delayed, from 0: the order at one instant
    WallTime stamp;
    std::uint32_t agent, version, replica;
    ArrivalKind kind;
  };

  void make_agents(std::int64_t count);
  void join(std::uint64_t count, Duration now);
  void change(std::int64_t agents, Duration now);
  Due due_of(std::uint32_t agent);
  std::optional<Arrival> pop_due();
  std::optional<Arrival> pop_burst();
  std::optional<Arrival> pop_delayed();
  bool goes_away(Agent& agent, Duration now);
  std::optional<Arrival> send(std::uint32_t number, Duration now);
  void delay(std::uint32_t number, WallTime stamp, Duration now, ArrivalKind kind);
  [[nodiscard]] Duration next_change() const;
  [[nodiscard]] Duration earliest() const;

  Fleet fleet_;
  std::int64_t replicas_;
  std::uint64_t id_salt_;
  Rng ids_, phases_, jitter_, unchanged_, bursts_, stays_, late_, repeated_, homes_;
  LatencyCurve stay_, away_time_;
  ReportTexts texts_;
  std::vector<Agent> agents_;
  std::vector<Due> due_;          // heap, earliest first
  std::vector<Delayed> delayed_;  // heap, earliest first
  std::vector<ServerClock> clocks_;
  std::uint64_t present_ = 0;  // agents 0 .. present_ - 1 belong to the fleet
  std::uint64_t away_ = 0;     // of these
  std::uint64_t delayed_so_far_ = 0;
  std::size_t next_change_ = 0;
  Duration next_burst_ = kNever;
  std::uint64_t burst_agent_ = 0;  // where the burst is
  std::uint64_t burst_left_ = 0;   // agents still to report in it, this one included
  std::int64_t burst_reports_left_ = 0;
  Duration next_{};  // cached
};

}  // namespace metabatch
