// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sql/postgres/connection/pg_address.hpp"

struct pg_conn;

namespace metabatch::sql {

/// What the driver answered.
struct PgOpened {
  pg_conn* handle = nullptr;  ///< nullptr: `message` says why; may hold a secret still
  std::string message;
  bool is_abandoned = false;  ///< not over when the caller would wait no longer
};

/// Opens the QSqlDatabase `name` (driver QPSQL) at `address`. The driver connects and then asks the server several
/// things, all of it blocking and without a limit: so it works on a thread of its own, for which this one waits until
/// `limit_ms` has passed or `wake_fd` can be read. A connection that comes later is closed by that thread.
///
/// The driver has no word for a URI or for several ports: host, database, user and password go by its setters, everything else as
/// connect options, each value quoted. There a `;` means a blank to the driver, so a value that has one is refused.
///
/// @owns the connection belongs to QSqlDatabase; end it with close_driver()
PgOpened open_driver(const std::string& name, const PgAddress& address, int limit_ms, int wake_fd);
void close_driver(const std::string& name);

}  // namespace metabatch::sql
