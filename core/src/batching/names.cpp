// SPDX-License-Identifier: Apache-2.0
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/outcome.hpp"

#include <iterator>

namespace metabatch {
namespace {

template <std::size_t N, class Enum>
std::string_view pick(const std::string_view (&names)[N], Enum which) {
  const auto index = static_cast<std::size_t>(which);
  return index < N ? names[index] : std::string_view("?");
}

}  // namespace

std::string_view name_of(Reason reason) {
  static constexpr std::string_view kNames[] = {"capacity", "scheduled", "shutdown"};
  static_assert(std::size(kNames) == kReasons);
  return pick(kNames, reason);
}

std::string_view name_of(FailureClass failure) {
  static constexpr std::string_view kNames[] = {"none", "connection", "deadlock", "serialization", "timeout",
                                                "data", "permission", "disk",     "other"};
  static_assert(std::size(kNames) == kFailureClasses);
  return pick(kNames, failure);
}

std::string_view name_of(Setting setting) {
  static constexpr std::string_view kNames[] = {"batch_size",          "interval",          "queue",  "queue_capacity",
                                                "queue_bytes",         "schedule",          "ties",   "on_failure",
                                                "final_flush_timeout", "max_payload_bytes", "channel"};
  return pick(kNames, setting);
}

std::string_view name_of(QueuePolicy queue) {
  static constexpr std::string_view kNames[] = {"coalesce", "fifo"};
  return pick(kNames, queue);
}

std::string_view name_of(SchedulePolicy schedule) {
  static constexpr std::string_view kNames[] = {"fixed", "after_flush", "linger"};
  return pick(kNames, schedule);
}

std::string_view name_of(Ties ties) {
  static constexpr std::string_view kNames[] = {"keep_first", "keep_last"};
  return pick(kNames, ties);
}

std::string_view name_of(OnFailure on_failure) {
  static constexpr std::string_view kNames[] = {"retain", "discard"};
  return pick(kNames, on_failure);
}

}  // namespace metabatch
