// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sql/postgres/connection/pg_address.hpp"

struct pg_conn;

namespace metabatch::sql {

/// The result of connect_to().
struct PgConnected {
  pg_conn* handle = nullptr;              ///< to be ended with PQfinish(); nullptr: not connected
  std::string message = {};               ///< why not, in libpq's verbose form; may hold a secret
  bool needs_password = false;            ///< the server asks for a password and there is none
  bool is_abandoned = false;              ///< the limit passed, or `wake_fd` became readable
  std::vector<std::string> notices = {};  ///< of the server, while connecting
};

/// Connects through libpq, on a thread of its own: looking up a name blocks without a limit. This thread waits until
/// `limit_ms` has passed or `wake_fd` can be read. A connection that comes later is closed by the other thread.
///
/// Each host gets `host_limit_ms`. libpq leaves a host that does not accept connections by itself; one that accepts and then
/// says nothing is left here, and the hosts behind it are tried.
PgConnected connect_to(const PgAddress& address, int limit_ms, int host_limit_ms, int wake_fd);

}  // namespace metabatch::sql
