// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace metabatch::service {

/// Notifies the service manager, if there is one (NOTIFY_SOCKET): `READY=1`, `STOPPING=1`,
/// `WATCHDOG=1`, `STATUS=...`.
///
/// @source sd_notify(3)
void notify_manager(std::string_view state);

/// The interval at which the manager expects WATCHDOG=1 (WATCHDOG_USEC, of this process); nothing:
/// it expects none.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace metabatch::service
