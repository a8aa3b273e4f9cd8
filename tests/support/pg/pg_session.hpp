// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"
#include "sql/postgres/store/pg_store.hpp"

struct pg_conn;

namespace metabatch::test {

/// Another client of the same server: plain SQL on a plain libpq connection, without the code under
/// test.
class PgSession {
 public:
  using Rows = std::vector<std::vector<std::string>>;

  explicit PgSession(const std::string& address);  ///< ends the test when it cannot connect
  ~PgSession();
  PgSession(const PgSession&) = delete;
  PgSession& operator=(const PgSession&) = delete;

  Rows run(const std::string& text);             ///< ends the test on an error
  std::string value(const std::string& text);    ///< the only value of the only row
  std::string refusal(const std::string& text);  ///< the SQLSTATE it is refused with, "" when it is not
  void send(const std::string& text);            ///< does not wait for the end
  [[nodiscard]] int pid() const;
  /// Payloads that arrived on the channels, after a round trip: everything that was committed
  /// before.
  std::vector<std::string> notifications();

 private:
  pg_conn* connection_;
};

/// Repeats a query until the server returns `wanted`, because there is no other way to wait for
/// another process.
///
/// @return false: not within 20 s
bool becomes(PgSession& session, const std::string& question, const std::string& wanted);

/// The table as Coder creates it, with `with` behind it ("" or "WITH (fillfactor=60)").
std::string create_table_sql(const std::string& with = "");
/// Rows for agents 1..agents with keys k0..k(keys-1).
void register_rows(PgSession& session, std::size_t agents, std::size_t keys);

Uuid agent_number(std::uint64_t number);
std::string key_number(std::size_t number);
WallTime at_us(std::int64_t microseconds);

/// Entries that own their texts, in the order of the engine.
class Entries {
 public:
  Entries& add(Uuid agent, std::string key, std::string value, std::string error = "",
               WallTime time = at_us(1'700'000'000'000'000));
  [[nodiscard]] std::vector<Update> sorted() const;
  [[nodiscard]] std::vector<std::string> chunks() const;

 private:
  struct Owned {
    Uuid agent;
    std::string key, value, error;
    WallTime time;
  };
  std::deque<Owned> owned_;
};

/// The expected table: the newest update offered for each existing row. Independent of the stores.
class Model {
 public:
  void insert(Uuid agent, const std::string& key) { rows_[{agent, key}] = {}; }
  void insert_rows(std::size_t agents, std::size_t keys);
  void offer(const Update& update);  ///< newest wins; equal times: the later
  void clear() { rows_.clear(); }
  /// The difference from the table, or "".
  [[nodiscard]] std::string difference(PgSession& session) const;

 private:
  struct Row {
    std::string value, error;
    std::int64_t time = -62'135'596'800'000'000;  // year 1, the column's default
  };
  std::map<std::pair<Uuid, std::string>, Row> rows_;
};

/// The agents that payloads name, each once, ascending.
std::vector<Uuid> named(const std::vector<std::string>& payloads);
/// The same for entries.
std::vector<Uuid> agents_of(const std::vector<Update>& entries);

/// Options for a server at `address`; all others have their defaults.
sql::PgOptions options_at(const std::string& address);

/// Counts of the fates of one flush of `entries` entries.
std::map<Fate, std::size_t> counts(const FlushOutcome& outcome, std::size_t entries);

}  // namespace metabatch::test
