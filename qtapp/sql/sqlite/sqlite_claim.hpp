// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sql/database_address.hpp"

namespace metabatch::sql {

/// How this process writes a SQLite file: beside others, or alone. Who leaves out values that did
/// not change must be alone, because it would not hear of the writes of others. It is a lock on
/// PATH.lock, because SQLite itself locks the file. It ends with the process.
class SqliteClaim {
 public:
  /// Claims what these settings need. A server needs nothing; then `claim` stays empty.
  ///
  /// @return why the file may not be written, in words, or ""
  [[nodiscard]] static std::string take(const Database& database, const Config& config,
                                        std::unique_ptr<SqliteClaim>& claim);
  ~SqliteClaim();
  SqliteClaim(const SqliteClaim&) = delete;
  SqliteClaim& operator=(const SqliteClaim&) = delete;

  /// Before these settings are used, and again after they were refused with those that stay.
  ///
  /// @return why it stays as it was, or ""
  [[nodiscard]] std::string change(const Config& config);

 private:
  SqliteClaim(std::string file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}
  const std::string file_;
  const int descriptor_;
};

}  // namespace metabatch::sql
