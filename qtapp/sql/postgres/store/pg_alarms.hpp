// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_flush.hpp"
#include "sql/postgres/store/pg_remainder.hpp"
#include "sql/postgres/store/pg_warnings.hpp"

namespace metabatch::sql {

struct PgAlarmOptions {
  std::function<void(const std::string&)> on_alarm;
  std::shared_ptr<PgWarnings> warnings;
  Duration between_warnings;
};

/// Sentences that an operator has to read, after a flush. Each says what was seen in numbers, and what helps.
class PgAlarms {
 public:
  PgAlarms(PgConnection& connection, PgAlarmOptions options) : connection_(connection), options_(std::move(options)) {}

  /// When no entry found its row where entries found rows before: PostgreSQL empties an UNLOGGED table when it recovers from a
  /// crash. Once, until a row is found again: of an empty table by one of the stores, else by each for its own agents.
  void check_emptied_table(PgFlush& flush);
  /// When entries were written that are dated over a minute ahead of the server's clock: they hold their rows until then.
  void check_future_stamps(const PgFlush& flush);
  /// When rows refused entries as older: the rows are dated ahead, or the clock of who reports is behind.
  void check_refusing_rows(const PgFlush& flush, const PgRemainder::Found& found);
  /// When several entries match one row: their keys are equal to the column.
  void check_meeting_keys(const PgRemainder::Found& found);
  /// When rows are locked by somebody else.
  void check_locks(const std::string& description);

 private:
  void raise(LastWarning& last, const std::string& text);

  PgConnection& connection_;
  const PgAlarmOptions options_;
  bool has_matched_ = false;
  bool is_alarmed_ = false;
};

}  // namespace metabatch::sql
