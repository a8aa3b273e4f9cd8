// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace metabatch::engine {

inline constexpr std::size_t kMaxLanes = 16;

/// Several engines beside one another, each with a store (a connection) of its own: lanes that write in parallel. An
/// agent belongs to one lane for good, so that one agent is never on two connections and its order is kept.
/// Each lane fills batches of `batch_size` of its own and has an even share of the capacity. One lane is one engine, with
/// nothing between but a comparison.
///
/// Verbs, threads and promises are those of Engine; only what differs is said here.
class Lanes {
 public:
  /// One lane for each of `stores`. on_flush is called by one lane at a time, with record.lane set; on_drop may be
  /// called by each lane at most every 10 s.
  ///
  /// @shape  stores: 1 to kMaxLanes, all different; they and `clock` outlive the lanes
  /// @errors those of validated(); setting_too_small: queue_capacity, the share of a lane holds less than one batch, or
  ///         queue_bytes, less than a byte. Also how many stores there are is judged by the caller.
  static Result<std::unique_ptr<Lanes>> create(const Config& config, std::span<Store* const> stores,
                                               EngineOptions options = {}, Clock& clock = system_clock());
  ~Lanes();  ///< closes
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  [[nodiscard]] std::size_t count() const { return engines_.size(); }
  /// Where the updates of an agent go; the same for as long as the lanes live.
  [[nodiscard]] std::size_t lane_of(const Uuid& agent) const;

  Admission add(const Update& update) { return engine_of(update.agent).add(update); }
  Result<Admission> add(const Report& report) { return engine_of(report.agent).add(report); }
  /// Of the lane of `agent`. A demand larger than the share of one lane waits until nothing else is held there.
  bool wait_for_capacity(const Uuid& agent, std::size_t entries, std::size_t bytes,
                         std::optional<Instant> deadline = std::nullopt) {
    return engine_of(agent).wait_for_capacity(agent, entries, bytes, deadline);
  }
  bool wait_until_empty(std::optional<Instant> deadline);

  /// All lanes or none: what one lane could not do is refused before any is changed.
  ///
  /// @errors those of validated_change() and of create()
  Result<void> reconfigure(const Config& config);
  void flush_now();
  /// The sum, with the config of the whole. `parts` and `recent` are those of all lanes, the latter by their start;
  /// oldest_age is that of the oldest entry of all; closed: all are.
  [[nodiscard]] Snapshot snapshot() const;
  /// Closes all at once: it takes no longer than one final_flush_timeout.
  void close();
  void abandon();  ///< of every lane
  /// After close(): hands what could not be written to `keep`, once and all of it, the newest update of each (agent, key).
  /// What `keep` answers true to counts as spooled; else it stays held. Not called when there is nothing.
  ///
  /// @owns the updates hold while `keep` runs
  /// @return how many it were
  std::size_t spool(const std::function<bool(std::span<const Update>)>& keep);

 private:
  struct FlushReports;
  Lanes(const Config& config, std::uint64_t seed) : seed_(seed), config_(config) {}
  Engine& engine_of(const Uuid& agent) const { return *engines_[lane_of(agent)]; }

  const std::uint64_t seed_;  // another one than that of the shards, or a lane would use only some of its shards
  mutable std::mutex mutex_;
  Config config_;  // mutex_: of the whole
  std::vector<std::unique_ptr<Engine>> engines_;
};

/// The config of lane `lane` of `lanes`: its share of the capacity, all else alike. What does not divide goes to the
/// first lanes. What is too small is the share that is left.
///
/// @shape  whole: as validated() returned it
/// @errors setting_too_small: queue_capacity or queue_bytes
Result<Config> config_of_lane(const Config& whole, std::size_t lane, std::size_t lanes);

/// describe() of core, where the capacity may be too small for that many lanes only.
std::string describe(const Error& error, const Config& asked, std::size_t lanes);

}  // namespace metabatch::engine
