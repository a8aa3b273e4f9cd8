// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.hpp"
#include "metabatch/report.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch::engine {

/// Names and meanings are those of a scenario's fleet (metabatch/fleet.hpp), where they apply in
/// real time.
///
/// @units shares are per million
struct FleetOptions {
  std::size_t agents = 600;
  std::size_t keys = 15;
  Duration every = std::chrono::seconds(10);
  std::uint64_t seed = 1;

  StartPhase start = StartPhase::random;
  Duration jitter{};
  std::uint32_t unchanged = 0;
  std::size_t value_bytes = 0;  ///< of each value; 0: the usual length of such values
  Duration burst_every{};
  std::uint32_t burst_share = 1'000'000;
  std::size_t burst_reports = 1;
  Duration stay{}, away{};
  std::uint32_t late = 0, duplicates = 0;
  Duration late_by{};
  std::uint32_t unregistered = 0;

  bool operator==(const FleetOptions&) const = default;
};

/// Agents that report in real time, each at its own phase of the interval, with lifelike values.
/// The same options give the same agents, instants and values.
///
/// @cost a heap of one report an agent
class Fleet {
 public:
  explicit Fleet(const FleetOptions& options);

  [[nodiscard]] std::span<const Uuid> agents() const { return agents_; }
  /// The agents that are to have rows.
  [[nodiscard]] std::span<const Uuid> registered() const { return registered_; }
  [[nodiscard]] std::span<const std::string_view> keys() const { return keys_; }
  /// When the next report is due, counted from the start of the fleet.
  [[nodiscard]] Duration next_due() const;

  struct Sent {
    Uuid agent;
    std::span<const RawItem> items;  ///< valid until the next call
    std::uint64_t number = 0;        ///< of the report, from 0
    bool arrives = true;             ///< it arrives now; else it is only stamped now
    bool comes_again = false;        ///< it, or a second copy, arrives later with the stamp of now
    bool is_again = false;           ///< the delay of that arrival
  };
  /// Takes the report that is due next, and advances to the one after it.
  Sent take_next();

 private:
  struct Event {
    Duration at{};
    std::uint64_t order = 0;  // of those at one instant
    std::uint32_t agent = 0;
    std::uint32_t version = 0;  // again only
    std::uint64_t number = 0;   // again only
    bool is_again = false;
    bool operator<(const Event& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  struct Agent {
    Duration base{};    // of the next report, without jitter
    Duration leaves{};  // when it goes away next
    std::uint32_t version = 0;
  };
  void make_agents();
  void schedule(std::uint32_t agent);
  Sent send(std::uint32_t agent, Duration now);
  Sent take_burst();
  void fill(std::uint32_t agent, std::uint32_t version);
  Duration drawn(Duration mean);

  const FleetOptions options_;
  Rng random_;
  std::vector<Uuid> agents_, registered_;
  std::vector<Agent> states_;
  std::priority_queue<Event> events_;  // the earliest on top
  Duration next_burst_;
  std::uint64_t burst_left_ = 0;  // reports
  std::uint64_t burst_at_ = 0;
  std::uint64_t numbers_ = 0;
  std::vector<std::string> key_names_;
  std::vector<std::string_view> keys_;
  std::vector<std::string> values_;
  std::vector<RawItem> items_;
};

}  // namespace metabatch::engine
