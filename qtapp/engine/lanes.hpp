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

/// Several engines beside one another that write in parallel. Each lane has a store (a connection)
/// of its own. An agent belongs to one lane for good, so it is never on two connections and the
/// order of its updates is kept. Each lane fills batches of `batch_size` of its own and has an even
/// share of the capacity. With one lane, the only addition to the engine is a comparison.
///
/// Verbs, threads and guarantees are those of Engine; only the differences are described here.
class Lanes {
 public:
  /// Makes one lane for each of `stores`. on_flush is called by one lane at a time, with
  /// record.lane set. Each lane may call on_drop at most every 10 s.
  ///
  /// @shape  stores: 1 to kMaxLanes, all different; they and `clock` outlive the lanes
  /// @errors those of config_of_lane(); none with one store. The caller checks the number of
  ///         stores.
  static Result<std::unique_ptr<Lanes>> create(const ValidConfig& config, std::span<Store* const> stores,
                                               EngineOptions options = {}, Clock& clock = system_clock());
  ~Lanes();  ///< closes
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  [[nodiscard]] std::size_t count() const { return engines_.size(); }
  /// The lane of an agent. It stays the same as long as the lanes exist.
  [[nodiscard]] std::size_t lane_of(const Uuid& agent) const;

  Admission add(const Update& update) { return engine_of(update.agent).add(update); }
  Result<Admission> add(const Report& report) { return engine_of(report.agent).add(report); }
  /// Prefetches what the next adds, to these few agents, will touch. It pays where the buffer is
  /// larger than the processor's cache. Changes no entry and never blocks.
  void warm(std::span<const Uuid> agents) const;
  /// Waits for capacity in the lane of `agent`. A demand larger than the share of one lane waits
  /// until nothing else is held there.
  bool wait_for_capacity(const Uuid& agent, std::size_t entries, std::size_t bytes,
                         std::optional<Instant> deadline = std::nullopt) {
    return engine_of(agent).wait_for_capacity(agent, entries, bytes, deadline);
  }
  bool wait_until_empty(std::optional<Instant> deadline);

  /// Changes all lanes or none: a config that one lane cannot accept is refused before any lane is
  /// changed.
  ///
  /// @errors those of validated_change() and of create()
  Result<void> reconfigure(const Config& wanted);
  void flush_now();
  void forget_written(std::span<const Uuid> agents);
  void forget_written();
  /// The sum of all lanes, with the config of the whole. `parts` and `recent` contain those of all
  /// lanes; `recent` is ordered by start. oldest_age is that of the oldest entry of all lanes.
  /// `closed` is true when all are closed.
  [[nodiscard]] Snapshot snapshot() const;
  /// Closes all lanes at once. This takes no longer than one final_flush_timeout.
  void close();
  void abandon();  ///< of every lane
  /// Call it after close(). Hands all unwritten updates to `keep` in one call: the newest of each
  /// (agent, key). If `keep` returns true they count as spooled; else they stay held. `keep` is not
  /// called when there is nothing.
  ///
  /// @owns the updates are valid while `keep` runs
  /// @return the number of updates
  std::size_t spool(const std::function<bool(std::span<const Update>)>& keep);

 private:
  struct FlushReports;
  Lanes(const ValidConfig& config, std::uint64_t seed) : seed_(seed), config_(config) {}
  Engine& engine_of(const Uuid& agent) const { return *engines_[lane_of(agent)]; }

  const std::uint64_t seed_;  // differs from the shards' seed, or a lane would use only some of its shards
  mutable std::mutex mutex_;
  ValidConfig config_;  // guarded by mutex_: the config of the whole
  std::vector<std::unique_ptr<Engine>> engines_;
};

/// The config of lane `lane` of `lanes`: its share of the capacity, and all other settings
/// unchanged. The remainder of the division goes to the first lanes.
///
/// @errors setting_too_small: queue_capacity, when the share holds less than one batch, or
///         queue_bytes, when it is less than a byte
Result<ValidConfig> config_of_lane(const ValidConfig& whole, std::size_t lane, std::size_t lanes);

/// Like core's describe(), but also explains a capacity that is too small only for that many lanes.
std::string describe(const Error& error, const Config& asked, std::size_t lanes);

}  // namespace metabatch::engine
