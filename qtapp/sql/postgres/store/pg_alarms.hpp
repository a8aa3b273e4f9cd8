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

/// Sentences for the operator after a flush. Each one gives the numbers that were seen, and a
/// remedy.
class PgAlarms {
 public:
  PgAlarms(PgConnection& connection, PgAlarmOptions options) : connection_(connection), options_(std::move(options)) {}

  /// Reports when no entry found its row, although entries found rows before. PostgreSQL empties an
  /// UNLOGGED table when it recovers from a crash. The alarm is given once, until a row is found
  /// again: for an empty table by one of the stores, else by each store for its own agents.
  void check_emptied_table(PgFlush& flush);
  /// Reports written entries that are dated over a minute ahead of the server's clock: they hold
  /// their rows until then.
  void check_future_stamps(const PgFlush& flush);
  /// Reports rows that refused entries as older: either the rows are dated ahead, or the reporting
  /// machine's clock is behind.
  void check_refusing_rows(const PgFlush& flush, const PgRemainder::Found& found);
  /// Reports entries that match one row, because the column calls their keys equal.
  void check_meeting_keys(const PgRemainder::Found& found);
  /// Reports rows that another session has locked.
  void check_locks(const std::string& description);

 private:
  void raise(LastWarning& last, const std::string& text);

  PgConnection& connection_;
  const PgAlarmOptions options_;
  bool has_matched_ = false;
  bool is_alarmed_ = false;
};

}  // namespace metabatch::sql
