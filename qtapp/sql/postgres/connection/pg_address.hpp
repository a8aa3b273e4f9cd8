// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace metabatch::sql {

/// Where a PostgreSQL server is and how to reach it, in libpq's keywords. Contains only the given
/// keywords. libpq takes the others from PG* variables, the service file and .pgpass when it
/// connects.
///
/// @source PostgreSQL documentation, "Database Connection Control Functions", connection strings
class PgAddress {
 public:
  /// Whether a `--db` means PostgreSQL at all: a postgres:// or postgresql:// URI, or keywords
  /// (`host=... dbname=...`, `service=...`).
  static bool is_meant(std::string_view text);

  /// Reads a URI or keywords. An empty text leaves everything to the environment (an empty `--db`
  /// is refused earlier).
  ///
  /// @errors a sentence that repeats no part of the text that may be a password; it names an
  ///         unknown parameter
  static std::variant<PgAddress, std::string> parse(const std::string& text);

  /// The value of a keyword, or "".
  [[nodiscard]] std::string value(const std::string& keyword) const;
  /// Sets a keyword that was not given.
  void set_default(const std::string& keyword, const std::string& value);
  void set(const std::string& keyword, const std::string& value) { values_[keyword] = value; }
  [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }
  /// The number of hosts that the address (or PGHOST) names; at least 1.
  [[nodiscard]] std::size_t hosts() const;

  /// For people: host, port, database and user, never a password.
  [[nodiscard]] std::string shown() const;
  /// Returns `text` without any secret of this address and without anything that looks like one.
  [[nodiscard]] std::string redacted(std::string text) const;

 private:
  std::map<std::string, std::string> values_;
};

/// Returns `text` with every given secret, every password in a URI and every `password=...`
/// replaced by `***`. Messages of libpq and of the server pass through this function before anybody
/// reads them.
std::string redact(std::string text, const std::vector<std::string>& secrets = {});

}  // namespace metabatch::sql
