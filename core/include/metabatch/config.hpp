// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "metabatch/result.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// Where updates are buffered while a flush is in flight.
enum class QueuePolicy : std::uint8_t {
  coalesce,  ///< merged into the buffered entries: a repeat of a key uses no capacity
  fifo,      ///< the origin's bounded channel: every update uses a slot until the flush ends
};
/// How `interval` is counted.
enum class SchedulePolicy : std::uint8_t {
  fixed,        ///< ticks at start + n x interval, whether or not a capacity flush happened
  after_flush,  ///< from the end of the last flush of any kind
  linger,       ///< from the first entry of an empty batch
  reset,        ///< a timer, set anew when it fires and when a flush of any kind ends (the origin's successor)
};
/// Which of two updates of one key is kept when their collected_at is equal.
enum class Ties : std::uint8_t { keep_first, keep_last };
/// What happens to a batch whose write failed.
enum class OnFailure : std::uint8_t { retain, discard };

inline constexpr std::int64_t kDefaultBatchSize = 500;  // entries
inline constexpr std::int64_t kMaxBatchSize = 100'000;  // entries
inline constexpr Duration kDefaultInterval = std::chrono::seconds(5);
inline constexpr Duration kMaxInterval = std::chrono::hours(1);
inline constexpr std::int64_t kDefaultQueueCapacity = 100'000;       // entries buffered, coalesce
inline constexpr std::int64_t kFifoSlotsPerEntry = 5;                // fifo: slots = this x batch_size
inline constexpr std::int64_t kDefaultBatchBytes = 16LL << 20;       // bytes of keys, values and errors of one batch
inline constexpr std::int64_t kDefaultAgentCapacity = 1024;          // distinct keys of one agent
inline constexpr std::int64_t kDefaultQueueBytes = 256LL << 20;      // bytes of keys, values and errors buffered
inline constexpr std::int64_t kDefaultSuppressCapacity = 1'000'000;  // keys whose values are remembered
inline constexpr std::int64_t kMaxSuppressCapacity = 1LL << 27;      // keys; 8 GB
inline constexpr Duration kMaxSuppressUnchanged = std::chrono::hours(24);
inline constexpr Duration kRepeatsWithin = std::chrono::seconds(60);  // what suppression is proposed with
inline constexpr Duration kDefaultFinalFlushTimeout = std::chrono::seconds(15);
inline constexpr std::int64_t kMaxQueueCapacity = 1LL << 27;  // entries or slots; packed counts must not overlap
inline constexpr std::int64_t kMaxQueueBytes = 1LL << 36;     // bytes buffered (64 GiB); the same
inline constexpr Duration kMaxFinalFlushTimeout = std::chrono::hours(1);
inline constexpr std::int64_t kDefaultPayloadBytes = 8000;  // NOTIFY payload budget
inline constexpr std::size_t kMaxChannelBytes = 63;         // NAMEDATALEN - 1

/// All settings, as they are asked for. 0 for a size or a time means its default. A machine runs on
/// a ValidConfig.
struct Config {
  std::int64_t batch_size = 0;  ///< entries; a batch that holds this many is due at once
  Duration interval{};          ///< how long an entry is buffered before it is due, counted as `schedule` says
  QueuePolicy queue = QueuePolicy::coalesce;
  std::int64_t queue_capacity = 0;  ///< coalesce: entries buffered in all; fifo: slots of the queue
  std::int64_t batch_bytes = 0;     ///< bytes of keys, values and errors; a batch ends before it passes them
  std::int64_t agent_capacity = 0;  ///< coalesce: distinct keys buffered of one agent; fifo: its slots
  std::int64_t queue_bytes = 0;     ///< bytes of keys, values and errors buffered
  /// How long an equal value of a key is not written again; 0: always written.
  Duration suppress_unchanged{};
  std::int64_t suppress_capacity = 0;  ///< keys whose values are remembered for that
  SchedulePolicy schedule = SchedulePolicy::fixed;
  Ties ties = Ties::keep_first;
  OnFailure on_failure = OnFailure::retain;
  Duration final_flush_timeout{};  ///< how long shutdown may take
  std::int64_t max_payload_bytes = 0;
  std::string channel = "workspace_agent_metadata_batch";

  bool operator==(const Config&) const = default;
};

/// Names of the settings, for messages and flags; the order is that of the specification,
/// "Settings".
enum class Setting : std::uint8_t {
  batch_size,
  interval,
  queue,
  queue_capacity,
  batch_bytes,
  agent_capacity,
  queue_bytes,
  suppress_unchanged,
  suppress_capacity,
  schedule,
  ties,
  on_failure,
  final_flush_timeout,
  max_payload_bytes,
  channel,
};
std::string_view name_of(Setting setting);
std::string_view name_of(QueuePolicy queue);
std::string_view name_of(SchedulePolicy schedule);
std::string_view name_of(Ties ties);
std::string_view name_of(OnFailure on_failure);

class ValidScenario;  // simulation/scenario.hpp

/// Settings that a machine can run on: the defaults are filled in, and each value is possible
/// beside all others. Only validated() makes one, so a function that takes a ValidConfig checks
/// nothing and cannot fail because of the settings. It reads as a const Config. To change a
/// setting, change a copy of that Config and validate the copy.
class ValidConfig {
 public:
  ValidConfig();  ///< the defaults
  operator const Config&() const { return config_; }
  const Config& operator*() const { return config_; }
  const Config* operator->() const { return &config_; }
  bool operator==(const ValidConfig&) const = default;

 private:
  friend Result<ValidConfig> validated(Config config);
  friend class ValidScenario;
  explicit ValidConfig(Config checked) : config_(std::move(checked)) {}
  Config config_;
};

/// The config with its defaults filled in, or why it is impossible as a whole. To be called where
/// settings enter: from flags, a file, a form, or the code of an embedder.
///
/// @errors setting_negative, setting_too_large, setting_too_small: at = the Setting
Result<ValidConfig> validated(Config config);

/// The same for a running machine: a change of `channel` is refused as well. A queue_capacity or
/// batch_bytes that is the default of `running` and that `wanted` repeats stays a default: it
/// follows the settings it depends on.
///
/// @shape running: as a machine reports it, with the defaults filled in
/// @errors those of validated(); setting_fixed: at = Setting::channel
Result<ValidConfig> validated_change(const Config& running, Config wanted);

/// A number as sentences about settings have it: `100,000`.
std::string format_count(std::int64_t number);

/// One sentence that names the field, the value asked for and the possible values.
std::string describe(const Error& error, const Config& asked);

}  // namespace metabatch
