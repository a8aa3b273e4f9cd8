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
#include "sql/postgres/pg_address.hpp"
#include "sql/postgres/pg_warnings.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

/// Why a database cannot be used, in words.
struct DatabaseFailure {
  FailureClass failure = FailureClass::other;
  std::string message;  ///< never holds a secret
};

/// What a store needs to know besides where the rows are.
struct StoreWishes {
  Config config;                         ///< validated; channel and final_flush_timeout count
  bool register_missing = false;         ///< a flush creates the rows it finds missing
  engine::Notifier* notifier = nullptr;  ///< told the chunks after each commit; must outlive the store
  /// Called on the flusher's thread with a sentence that somebody has to hear.
  std::function<void(const std::string&)> on_alarm;
  OnRefused on_refused = {};  ///< called for each value that is set aside
  /// Shared by the stores that are made of one wish: what each would say is said once.
  std::shared_ptr<PgWarnings> warnings = std::make_shared<PgWarnings>();
};

/// Where the rows are: a SQLite file or a PostgreSQL server. The one place that knows which is which.
class Database {
 public:
  /// A file; PostgreSQL where the address is one.
  explicit Database(std::string sqlite_file) : where_(std::move(sqlite_file)) {}
  explicit Database(PgAddress address) : where_(std::move(address)) {}

  /// For people, without a secret.
  [[nodiscard]] std::string shown() const;
  /// The server's address; nullptr: a file.
  [[nodiscard]] const PgAddress* postgres() const { return std::get_if<PgAddress>(&where_); }

  [[nodiscard]] std::unique_ptr<engine::Store> make_store(const StoreWishes& wishes) const;
  /// Looks whether it can be reached and written, changing nothing (but creating a SQLite file that is missing).
  [[nodiscard]] std::optional<DatabaseFailure> check() const;
  /// Creates the missing rows of every agent with every key; how many, or why not all.
  [[nodiscard]] std::variant<std::size_t, DatabaseFailure> register_agents(
      std::span<const Uuid> agents, std::span<const std::string_view> keys) const;

 private:
  std::variant<std::string, PgAddress> where_;
};

}  // namespace metabatch::sql
