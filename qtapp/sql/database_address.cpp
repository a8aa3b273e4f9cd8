// SPDX-License-Identifier: Apache-2.0
#include "sql/database_address.hpp"

#include <algorithm>
#include <utility>

#include "sql/postgres/pg_store.hpp"
#include "sql/sqlite/sqlite_store.hpp"

namespace metabatch::sql {
namespace {

constexpr Duration kPatienceOfACheck = std::chrono::milliseconds(100);  // for a lock on the file

/// A flush has to fail before the final flush has to end, and the server has to give up before we do.
PgOptions pg_options(const PgAddress& address, const StoreWishes& wishes) {
  PgOptions options;
  options.address = address;
  options.channel = wishes.config.channel;
  options.register_missing = wishes.register_missing;
  options.notifier = wishes.notifier;
  options.on_alarm = wishes.on_alarm;
  options.on_refused = wishes.on_refused;
  options.warnings = wishes.warnings;
  options.flush_limit = std::min(options.flush_limit, wishes.config.final_flush_timeout * 4 / 5);
  options.timeouts.statement = std::min(options.timeouts.statement, options.flush_limit * 2 / 3);
  options.timeouts.lock = std::min(options.timeouts.lock, options.flush_limit / 2);
  return options;
}

}  // namespace

std::string Database::shown() const {
  return postgres() != nullptr ? postgres()->shown() : std::get<std::string>(where_);
}

std::unique_ptr<engine::Store> Database::make_store(const StoreWishes& wishes) const {
  if (postgres() != nullptr) return std::make_unique<PgStore>(pg_options(*postgres(), wishes));
  SqliteOptions options;
  options.file = std::get<std::string>(where_);
  options.register_missing = wishes.register_missing;
  options.notifier = wishes.notifier;
  options.on_refused = wishes.on_refused;
  return std::make_unique<SqliteStore>(std::move(options));
}

std::optional<DatabaseFailure> Database::check() const {
  if (postgres() != nullptr) {
    const auto failed = check_postgres(*postgres());
    if (!failed) return std::nullopt;
    return DatabaseFailure{failed->failure, failed->message};
  }
  const auto failed = check_sqlite(std::get<std::string>(where_), kPatienceOfACheck);
  if (!failed) return std::nullopt;
  return DatabaseFailure{failed->failure, failed->message};
}

std::variant<std::size_t, DatabaseFailure> Database::register_agents(std::span<const Uuid> agents,
                                                                     std::span<const std::string_view> keys) const {
  const auto told = [](const auto& registered) -> std::variant<std::size_t, DatabaseFailure> {
    if (const std::size_t* created = std::get_if<std::size_t>(&registered)) return *created;
    const auto& failed = std::get<1>(registered);
    return DatabaseFailure{failed.failure, failed.message};
  };
  if (postgres() != nullptr) return told(sql::register_agents(*postgres(), agents, keys));
  return told(sql::register_agents(std::get<std::string>(where_), agents, keys));
}

}  // namespace metabatch::sql
