// SPDX-License-Identifier: Apache-2.0
#include "sql/database_address.hpp"

#include <algorithm>
#include <utility>

#include "sql/postgres/store/pg_registration.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "sql/row_removal.hpp"
#include "sql/sqlite/sqlite_store.hpp"

namespace metabatch::sql {
namespace {

constexpr Duration kLockWaitOfCheck = std::chrono::milliseconds(100);  // for a lock on the file

/// A flush has to fail before the final flush times out, and the server has to time out before the
/// client does.
PgOptions pg_options(const PgAddress& address, const StoreOptions& store) {
  PgOptions options;
  options.address = address;
  options.channel = store.config->channel;
  options.max_payload_bytes = static_cast<std::size_t>(store.config->max_payload_bytes);
  options.register_missing = store.register_missing;
  options.notifier = store.notifier;
  options.on_alarm = store.on_alarm;
  options.on_refused = store.on_refused;
  options.on_notice = store.on_notice;
  options.warnings = store.warnings;
  options.sessions = store.sessions;
  options.flush_limit = std::min(options.flush_limit, store.config->final_flush_timeout * 4 / 5);
  options.timeouts.statement = std::min(options.timeouts.statement, options.flush_limit * 2 / 3);
  options.timeouts.lock = std::min(options.timeouts.lock, options.flush_limit / 2);
  return options;
}

}  // namespace

std::string Database::shown() const { return postgres() != nullptr ? postgres()->shown() : *sqlite_file(); }

std::unique_ptr<engine::Store> Database::make_store(const StoreOptions& store_options) const {
  if (postgres() != nullptr) return std::make_unique<PgStore>(pg_options(*postgres(), store_options));
  SqliteOptions options;
  options.file = *sqlite_file();
  options.register_missing = store_options.register_missing;
  options.notifier = store_options.notifier;
  options.on_refused = store_options.on_refused;
  return std::make_unique<SqliteStore>(std::move(options));
}

std::optional<DatabaseFailure> Database::check() const {
  if (postgres() != nullptr) return check_postgres(*postgres());
  return check_sqlite(*sqlite_file(), kLockWaitOfCheck);
}

DatabaseResult<std::size_t> Database::register_agents(std::span<const Uuid> agents,
                                                      std::span<const std::string_view> keys) const {
  if (postgres() != nullptr) return sql::register_agents(*postgres(), agents, keys);
  return sql::register_agents(*sqlite_file(), agents, keys);
}

DatabaseResult<std::size_t> Database::remove_rows(std::span<const Uuid> agents) const {
  if (postgres() != nullptr) return sql::remove_rows(*postgres(), agents);
  return sql::remove_rows(*sqlite_file(), agents);
}

}  // namespace metabatch::sql
