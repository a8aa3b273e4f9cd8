// SPDX-License-Identifier: Apache-2.0
#include "metabatch/config.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/enum_names.hpp"
#include "base/figure_text.hpp"

namespace metabatch {
namespace {

constexpr std::int64_t kIdSymbols = 22;          // one id of a payload
constexpr std::int64_t kPostgresPayload = 7999;  // longest NOTIFY payload PostgreSQL accepts
constexpr std::int64_t kMaxPayloadBytes = (kPostgresPayload / kIdSymbols + 1) * kIdSymbols - 1;

Error refused(Errc code, Setting setting) { return {code, static_cast<std::size_t>(setting)}; }

/// Fills in the default and judges the range.
template <class T>
std::optional<Error> settle(T& value, T standard, T least, T most, Setting setting) {
  if (value < T{}) return refused(Errc::setting_negative, setting);
  if (value == T{}) value = standard;
  if (value < least) return refused(Errc::setting_too_small, setting);
  if (value > most) return refused(Errc::setting_too_large, setting);
  return std::nullopt;
}

std::int64_t default_capacity(QueuePolicy queue, std::int64_t batch_size) {
  static_assert(kDefaultQueueCapacity >= kMaxBatchSize, "the default room holds any batch");
  return queue == QueuePolicy::fifo ? kFifoSlotsPerEntry * batch_size : kDefaultQueueCapacity;
}

std::int64_t default_batch_bytes(std::int64_t queue_bytes) { return std::min(kDefaultBatchBytes, queue_bytes); }

std::optional<Error> settle_channel(const std::string& channel) {
  if (channel.empty()) return refused(Errc::setting_too_small, Setting::channel);
  if (channel.size() > kMaxChannelBytes) return refused(Errc::setting_too_large, Setting::channel);
  return std::nullopt;
}

std::string asked_for(Setting setting, const Config& asked) {
  switch (setting) {
    case Setting::batch_size: return format_count(asked.batch_size) + " entries";
    case Setting::interval: return format_duration(asked.interval);
    case Setting::queue: return std::string(name_of(asked.queue));
    case Setting::queue_capacity:
      return format_count(asked.queue_capacity) + (asked.queue == QueuePolicy::fifo ? " updates" : " entries");
    case Setting::batch_bytes: return format_count(asked.batch_bytes) + " bytes";
    case Setting::agent_capacity: return format_count(asked.agent_capacity) + " keys of one agent";
    case Setting::queue_bytes: return format_count(asked.queue_bytes) + " bytes";
    case Setting::suppress_unchanged: return format_duration(asked.suppress_unchanged);
    case Setting::suppress_capacity: return format_count(asked.suppress_capacity) + " keys";
    case Setting::schedule: return std::string(name_of(asked.schedule));
    case Setting::ties: return std::string(name_of(asked.ties));
    case Setting::on_failure: return std::string(name_of(asked.on_failure));
    case Setting::final_flush_timeout: return format_duration(asked.final_flush_timeout);
    case Setting::max_payload_bytes: return format_count(asked.max_payload_bytes) + " bytes";
    case Setting::channel:
      return asked.channel.empty() ? "an empty name" : "a name of " + std::to_string(asked.channel.size()) + " bytes";
  }
  return "?";
}

std::string possible_capacity(const Config& asked) {
  const std::int64_t batch = asked.batch_size == 0 ? kDefaultBatchSize : asked.batch_size;
  return format_count(batch) + " (it holds at least one batch) to " + format_count(kMaxQueueCapacity) +
         ", or 0 for the default of " + format_count(default_capacity(asked.queue, batch));
}

std::string possible_batch_bytes(const Config& asked) {
  const std::int64_t queue = asked.queue_bytes == 0 ? kDefaultQueueBytes : asked.queue_bytes;
  return "1 to " + format_count(queue) + " bytes (queue_bytes), or 0 for the default of " +
         format_count(default_batch_bytes(queue));
}

std::string possible(Setting setting, const Config& asked) {
  switch (setting) {
    case Setting::batch_size:
      return "1 to " + format_count(kMaxBatchSize) + " entries, or 0 for the default of " +
             format_count(kDefaultBatchSize);
    case Setting::interval:
      return "up to " + format_duration(kMaxInterval) + ", or 0 for the default of " +
             format_duration(kDefaultInterval);
    case Setting::queue_capacity: return possible_capacity(asked);
    case Setting::batch_bytes: return possible_batch_bytes(asked);
    case Setting::agent_capacity:
      return "1 to " + format_count(kMaxQueueCapacity) + " keys, or 0 for the default of " +
             format_count(kDefaultAgentCapacity);
    case Setting::queue_bytes:
      return "1 to " + format_count(kMaxQueueBytes) + " bytes, or 0 for the default of " +
             format_count(kDefaultQueueBytes);
    case Setting::suppress_unchanged:
      return "up to " + format_duration(kMaxSuppressUnchanged) + ", or 0 to write every value";
    case Setting::suppress_capacity:
      return "1 to " + format_count(kMaxSuppressCapacity) + " keys, or 0 for the default of " +
             format_count(kDefaultSuppressCapacity);
    case Setting::final_flush_timeout:
      return "up to " + format_duration(kMaxFinalFlushTimeout) + ", or 0 for the default of " +
             format_duration(kDefaultFinalFlushTimeout);
    case Setting::max_payload_bytes:
      return format_count(kIdSymbols) + " (one agent id) to " + format_count(kMaxPayloadBytes) +
             " bytes (whole ids must fit the " + format_count(kPostgresPayload) +
             " bytes PostgreSQL accepts), or 0 for the default of " + format_count(kDefaultPayloadBytes);
    case Setting::channel: return "a name of 1 to " + std::to_string(kMaxChannelBytes) + " bytes";
    case Setting::queue: return "coalesce or fifo";
    case Setting::schedule: return "fixed, after_flush, linger or reset";
    case Setting::ties: return "keep_first or keep_last";
    case Setting::on_failure: return "retain or discard";
  }
  return "?";
}

}  // namespace

std::string format_count(std::int64_t number) { return whole_figure(number); }

std::string_view name_of(Setting setting) {
  static constexpr std::string_view kNames[] = {
      "batch_size",          "interval",          "queue",       "queue_capacity",
      "batch_bytes",         "agent_capacity",    "queue_bytes", "suppress_unchanged",
      "suppress_capacity",   "schedule",          "ties",        "on_failure",
      "final_flush_timeout", "max_payload_bytes", "channel"};
  return enum_name(kNames, setting);
}

std::string_view name_of(QueuePolicy queue) {
  static constexpr std::string_view kNames[] = {"coalesce", "fifo"};
  return enum_name(kNames, queue);
}

std::string_view name_of(SchedulePolicy schedule) {
  static constexpr std::string_view kNames[] = {"fixed", "after_flush", "linger", "reset"};
  return enum_name(kNames, schedule);
}

std::string_view name_of(Ties ties) {
  static constexpr std::string_view kNames[] = {"keep_first", "keep_last"};
  return enum_name(kNames, ties);
}

std::string_view name_of(OnFailure on_failure) {
  static constexpr std::string_view kNames[] = {"retain", "discard"};
  return enum_name(kNames, on_failure);
}

ValidConfig::ValidConfig() : ValidConfig(validated(Config{}).value()) {}

Result<ValidConfig> validated(Config config) {
  using D = Duration;
  if (const auto e = settle(config.batch_size, kDefaultBatchSize, std::int64_t{1}, kMaxBatchSize, Setting::batch_size))
    return *e;
  if (const auto e = settle(config.interval, kDefaultInterval, D{1}, kMaxInterval, Setting::interval)) return *e;
  if (const auto e = settle(config.queue_capacity, default_capacity(config.queue, config.batch_size), config.batch_size,
                            kMaxQueueCapacity, Setting::queue_capacity))
    return *e;
  if (const auto e =
          settle(config.queue_bytes, kDefaultQueueBytes, std::int64_t{1}, kMaxQueueBytes, Setting::queue_bytes))
    return *e;
  if (const auto e = settle(config.batch_bytes, default_batch_bytes(config.queue_bytes), std::int64_t{1},
                            config.queue_bytes, Setting::batch_bytes))
    return *e;
  if (const auto e = settle(config.agent_capacity, kDefaultAgentCapacity, std::int64_t{1}, kMaxQueueCapacity,
                            Setting::agent_capacity))
    return *e;
  if (const auto e = settle(config.suppress_unchanged, D{}, D{}, kMaxSuppressUnchanged, Setting::suppress_unchanged))
    return *e;
  if (const auto e = settle(config.suppress_capacity, kDefaultSuppressCapacity, std::int64_t{1}, kMaxSuppressCapacity,
                            Setting::suppress_capacity))
    return *e;
  if (const auto e = settle(config.final_flush_timeout, kDefaultFinalFlushTimeout, D{1}, kMaxFinalFlushTimeout,
                            Setting::final_flush_timeout))
    return *e;
  if (const auto e = settle(config.max_payload_bytes, kDefaultPayloadBytes, kIdSymbols, kMaxPayloadBytes,
                            Setting::max_payload_bytes))
    return *e;
  if (const auto e = settle_channel(config.channel)) return *e;
  return ValidConfig(std::move(config));
}

Result<ValidConfig> validated_change(const Config& running, Config wanted) {
  const bool capacity_is_default = running.queue_capacity == default_capacity(running.queue, running.batch_size);
  if (capacity_is_default && wanted.queue_capacity == running.queue_capacity) wanted.queue_capacity = 0;
  const bool bytes_are_default = running.batch_bytes == default_batch_bytes(running.queue_bytes);
  if (bytes_are_default && wanted.batch_bytes == running.batch_bytes) wanted.batch_bytes = 0;
  Result<ValidConfig> settled = validated(std::move(wanted));
  if (settled && (*settled)->channel != running.channel) return refused(Errc::setting_fixed, Setting::channel);
  return settled;
}

std::string describe(const Error& error, const Config& asked) {
  const auto setting = static_cast<Setting>(error.at);
  const std::string name(name_of(setting));
  const std::string why =
      ": asked for " + asked_for(setting, asked) + ", possible is " + possible(setting, asked) + ".";
  switch (error.code) {
    case Errc::setting_negative: return name + " cannot be negative" + why;
    case Errc::setting_too_large: return name + " is too large" + why;
    case Errc::setting_too_small: return name + " is too small" + why;
    case Errc::setting_fixed: return name + " cannot be changed while running: stop, and start again with the new one.";
    default: return "The settings are impossible (code " + std::to_string(static_cast<int>(error.code)) + ").";
  }
}

}  // namespace metabatch
