// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace metabatch::sql {

/// Where a PostgreSQL server is and how to reach it, in libpq's keywords. Holds only what was given: the rest comes from PG*
/// variables, the service file and .pgpass when libpq connects.
///
/// @source PostgreSQL documentation, "Database Connection Control Functions", connection strings
class PgAddress {
 public:
  /// Whether a `--db` is meant for PostgreSQL at all: a postgres:// or postgresql:// URI, or keywords (`host=... dbname=...`,
  /// `service=...`).
  static bool is_meant(std::string_view text);

  /// Reads a URI or keywords; an empty text leaves all to the environment (a `--db` that is empty is refused before).
  ///
  /// @errors a sentence that repeats nothing of the text that may hold a password; an unknown parameter is named
  static std::variant<PgAddress, std::string> parse(const std::string& text);

  /// The value of a keyword, or "".
  [[nodiscard]] std::string value(const std::string& keyword) const;
  /// Sets a keyword that was not given.
  void set_default(const std::string& keyword, const std::string& value);
  void set(const std::string& keyword, const std::string& value) { values_[keyword] = value; }
  [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }
  /// How many hosts the address (or PGHOST) names; at least 1.
  [[nodiscard]] std::size_t hosts() const;

  /// For people: host, port, database and user, never a password.
  [[nodiscard]] std::string shown() const;
  /// `text` without any secret of this address and without whatever looks like one.
  [[nodiscard]] std::string redacted(std::string text) const;

 private:
  std::map<std::string, std::string> values_;
};

/// `text` with every secret given, every password in a URI and every `password=...` replaced by `***`. Messages of libpq and of
/// the server go through this one function before anybody reads them.
std::string redact(std::string text, const std::vector<std::string>& secrets = {});

}  // namespace metabatch::sql
