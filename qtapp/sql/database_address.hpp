// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "metabatch/config.hpp"
#include "sql/database_failure.hpp"
#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/pg_sessions.hpp"
#include "sql/postgres/store/pg_warnings.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

/// What a store needs to know besides the address of the database.
struct StoreOptions {
  ValidConfig config;                    ///< channel, max_payload_bytes and final_flush_timeout are used
  bool register_missing = false;         ///< a flush creates the missing rows
  engine::Notifier* notifier = nullptr;  ///< gets the chunks after each commit; must outlive the store
  /// Called on the flusher's thread with a sentence that an operator should read.
  std::function<void(const std::string&)> on_alarm;
  /// Called on the flusher's thread with notices of the server and the connection; PostgreSQL only.
  OnPgNotice on_notice = {};
  OnRefused on_refused = {};  ///< called for each value that is quarantined
  /// Shared by all stores that are made with one set of options, so that each warning is given
  /// once.
  std::shared_ptr<PgWarnings> warnings = std::make_shared<PgWarnings>();
  /// The same for the server's processes that write for these stores; PostgreSQL only.
  std::shared_ptr<PgSessions> sessions = std::make_shared<PgSessions>();
};

/// A SQLite file or a PostgreSQL server. Only this class knows which.
class Database {
 public:
  explicit Database(std::string sqlite_file) : where_(std::move(sqlite_file)) {}
  explicit Database(PgAddress address) : where_(std::move(address)) {}

  /// For people. Never contains a secret, and is never used as an address or a path.
  [[nodiscard]] std::string shown() const;
  /// The server's address; nullptr: a file.
  [[nodiscard]] const PgAddress* postgres() const { return std::get_if<PgAddress>(&where_); }
  /// The path of the file; nullptr: a server.
  [[nodiscard]] const std::string* sqlite_file() const { return std::get_if<std::string>(&where_); }

  [[nodiscard]] std::unique_ptr<engine::Store> make_store(const StoreOptions& options) const;
  /// Checks that the database can be reached and written. Changes nothing, except that it creates a
  /// missing SQLite file.
  [[nodiscard]] std::optional<DatabaseFailure> check() const;
  /// Creates the missing rows of every agent with every key. Returns how many were created, or why
  /// not all were.
  [[nodiscard]] DatabaseResult<std::size_t> register_agents(std::span<const Uuid> agents,
                                                            std::span<const std::string_view> keys) const;
  /// Deletes every row of these agents. Returns how many were deleted, or why not all were.
  [[nodiscard]] DatabaseResult<std::size_t> remove_rows(std::span<const Uuid> agents) const;

 private:
  std::variant<std::string, PgAddress> where_;
};

}  // namespace metabatch::sql
