// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace metabatch::service {

/// Notifies the service manager, if there is one (NOTIFY_SOCKET): `READY=1`, `STOPPING=1`,
/// `WATCHDOG=1`, `STATUS=...`.
///
/// @source sd_notify(3)
void notify_manager(std::string_view state);

/// libpq ignores a password file that a group may read, and a credential of systemd looks like that
/// where an access control list opens it to the service. Where PGPASSFILE is such a credential,
/// this copies it to memory and names the copy instead. Call it before other threads start.
///
/// @return why it could not be copied, or ""
/// @source libpq, fe-connect.c, passwordFromFile(); systemd.exec(5), LoadCredential=
std::string adopt_password_credential();

/// The interval at which the manager expects WATCHDOG=1 (WATCHDOG_USEC, of this process); nothing:
/// it expects none.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace metabatch::service
