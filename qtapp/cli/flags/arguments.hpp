// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/config.hpp"
#include "sql/database_address.hpp"

namespace CLI {
class App;
}

namespace metabatch::cli {

/// The caller asked for something impossible; the text names it. Exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A part of an expression is wrong. Lines below the message show the expression and mark the part.
struct MarkedError : UsageError {
  MarkedError(const std::string& text, const std::string& marks)
      : UsageError(text + "\n" + marks), message(text), lines(marks + "\n") {}
  std::string message, lines;
};

/// @errors throws UsageError: impossible as a whole
ValidConfig checked(const Config& asked);

/// The given settings of the batcher: one flag for each setting of the specification, "Settings",
/// with dashes.
struct SettingsFlags {
  std::map<Setting, std::optional<std::string>> given;

  void add_to(CLI::App& command);
  /// The given settings; all others are 0, or their defaults.
  ///
  /// @errors throws UsageError: not a number, a duration or a name
  [[nodiscard]] Config asked() const;
  /// The settings to run on.
  ///
  /// @errors throws UsageError: also an impossible value
  [[nodiscard]] ValidConfig config() const { return checked(asked()); }
};

/// The address of the database: `--db`, sqlite:PATH or anything that libpq takes.
struct DatabaseFlag {
  std::optional<std::string> given;

  void add_to(CLI::App& command);
  /// The given database, or a file in the user's state folder, which is created.
  ///
  /// @errors throws UsageError: the address is empty or unknown. The message does not repeat the
  ///         address, because it may contain a password
  [[nodiscard]] sql::Database database() const;
  /// The same for a command that needs PostgreSQL; the default is what the PG* variables name.
  [[nodiscard]] sql::PgAddress postgres() const;

 private:
  [[nodiscard]] std::string address() const;
};

/// Adds `--writers N`: the number of connections that write in parallel.
void add_writers(CLI::App& command, std::size_t& writers);

/// Adds `--spool FILE`.
void add_spool(CLI::App& command, std::string& file);

/// Reads `5s`, `250ms`; throws UsageError that names the flag.
Duration duration_of(std::string_view flag, const std::string& text);

}  // namespace metabatch::cli
