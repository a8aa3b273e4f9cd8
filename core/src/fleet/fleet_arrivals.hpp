// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/rng.hpp"
#include "fleet/arrivals.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "simulation/latency.hpp"

namespace metabatch {

/// The keys of every report, and values cut from one text: what an agent sends is a function of its number and of how
/// often its values changed, so nothing of it is kept.
class ReportTexts {
 public:
  ReportTexts(const Fleet& fleet, std::uint64_t seed);
  /// The lists of a report; `version`: how often the agent's values changed.
  Report report(const Uuid& agent, std::uint32_t number, std::uint32_t version, WallTime stamp);
  /// Position of a key in byte order.
  [[nodiscard]] std::uint32_t key_number(std::string_view key) const;

 private:
  static constexpr std::size_t kOffsets = 4096;
  std::uint64_t salt_;
  std::uint64_t shortest_, lengths_;
  std::string pool_;
  std::string key_bytes_;
  std::vector<std::string_view> keys_, values_, errors_;
  std::vector<WallTime> stamps_;
};

/// The fleet of a scenario as arrivals.
///
/// @cost a heap of one report an agent: tens of nanoseconds a report; about 80 bytes and 8 bytes a row an agent
class FleetArrivals final : public Arrivals {
 public:
  /// `fleet` is validated.
  FleetArrivals(const Fleet& fleet, std::int64_t replicas, std::uint64_t seed);

  [[nodiscard]] Duration next() const override;
  std::optional<Arrival> pop() override;
  [[nodiscard]] std::uint64_t agents() const override { return present_; }
  [[nodiscard]] std::uint64_t agents_present() const override { return present_ - away_; }
  [[nodiscard]] std::size_t rows() const override { return agents_.size() * static_cast<std::size_t>(fleet_.keys); }
  void rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const override;

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
