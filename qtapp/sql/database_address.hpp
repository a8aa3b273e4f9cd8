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
#include "sql/postgres/store/pg_warnings.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

/// What a store has to know besides the address of the database.
struct StoreOptions {
  Config config;                         ///< validated; channel and final_flush_timeout count
  bool register_missing = false;         ///< a flush creates the rows it finds missing
  engine::Notifier* notifier = nullptr;  ///< gets the chunks after each commit; must outlive the store
  /// Called on the flusher's thread with a sentence that an operator has to read.
  std::function<void(const std::string&)> on_alarm;
  /// Called on the flusher's thread with what the server or the connection reports beside the work; PostgreSQL only.
  OnPgNotice on_notice = {};
  OnRefused on_refused = {};  ///< called for each value that is quarantined
  /// Shared by the stores that are made with one set of options, so that each warning is given once.
  std::shared_ptr<PgWarnings> warnings = std::make_shared<PgWarnings>();
};

/// A SQLite file or a PostgreSQL server. This class alone knows which.
class Database {
 public:
  explicit Database(std::string sqlite_file) : where_(std::move(sqlite_file)) {}
  explicit Database(PgAddress address) : where_(std::move(address)) {}

  /// For people: never holds a secret, and is never an address or a path to open.
  [[nodiscard]] std::string shown() const;
  /// The server's address; nullptr: a file.
  [[nodiscard]] const PgAddress* postgres() const { return std::get_if<PgAddress>(&where_); }
  /// The path of the file; nullptr: a server.
  [[nodiscard]] const std::string* sqlite_file() const { return std::get_if<std::string>(&where_); }

  [[nodiscard]] std::unique_ptr<engine::Store> make_store(const StoreOptions& options) const;
  /// Checks that it can be reached and written. Changes nothing, but creates a SQLite file that is missing.
  [[nodiscard]] std::optional<DatabaseFailure> check() const;
  /// Creates the missing rows of every agent with every key; how many were created, or why not all were.
  [[nodiscard]] DatabaseResult<std::size_t> register_agents(std::span<const Uuid> agents,
                                                            std::span<const std::string_view> keys) const;
  /// Deletes every row of these agents; how many were deleted, or why not all were.
  [[nodiscard]] DatabaseResult<std::size_t> remove_rows(std::span<const Uuid> agents) const;

 private:
  std::variant<std::string, PgAddress> where_;
};

}  // namespace metabatch::sql
