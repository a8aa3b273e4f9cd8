// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sql/postgres/connection/pg_address.hpp"

struct pg_conn;

namespace metabatch::sql {

/// The result of connect_to().
struct PgConnected {
  pg_conn* handle = nullptr;              ///< the caller ends it with PQfinish(); nullptr: not connected
  std::string message = {};               ///< why not, in libpq's verbose form; may contain a secret
  bool needs_password = false;            ///< the server asks for a password and none was given
  bool is_abandoned = false;              ///< the limit passed, or `wake_fd` became readable
  std::vector<std::string> notices = {};  ///< of the server, while connecting
};

/// Connects through libpq on a thread of its own, because a name lookup may block without a limit.
/// The calling thread waits until `limit_ms` has passed or `wake_fd` becomes readable. The other
/// thread closes a connection that comes later.
///
/// Each host gets `host_limit_ms`. libpq itself leaves a host that does not accept connections.
/// This function leaves one that accepts and then is silent, and tries the hosts behind it.
PgConnected connect_to(const PgAddress& address, int limit_ms, int host_limit_ms, int wake_fd);

}  // namespace metabatch::sql
