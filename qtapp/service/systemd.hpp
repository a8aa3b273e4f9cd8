// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace metabatch::service {

/// Tells the service manager, where there is one (NOTIFY_SOCKET): `READY=1`, `STOPPING=1`, `WATCHDOG=1`, `STATUS=...`.
///
/// @source sd_notify(3)
void notify_manager(std::string_view state);

/// How often the manager wants to hear WATCHDOG=1 (WATCHDOG_USEC, of this process); nothing: it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace metabatch::service
