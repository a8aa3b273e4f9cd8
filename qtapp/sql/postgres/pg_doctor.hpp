// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_failure.hpp"

namespace metabatch::sql {

/// One check.
struct PgFinding {
  enum class Verdict { good, notice, loses_data };
  Verdict verdict;
  std::string subject;  ///< one word, for machines and for the left column: `table`, `pooler`
  std::string text;     ///< what was found
  std::string cure;     ///< what to do; empty when all is well
};

/// Checks whether a database fits this job: reachable, pooled, standby or read-only, table,
/// columns, key, privileges, UNLOGGED, fillfactor, notification queue, encoding, clock, TLS,
/// version, latency, policies, column types, locks, stamps. Changes nothing. A check that fails is
/// a finding; checks of a missing table are left out. The worst findings come first.
std::vector<PgFinding> examine(const PgAddress& address);

/// Counts the rows dated over a minute ahead of the server's clock. They refuse every report until
/// then.
DatabaseResult<std::size_t> count_future_stamps(const PgAddress& address);
/// Sets their stamps to the server's time now, so that reports are accepted again. Values stay. Ask
/// the user first.
///
/// @return how many rows were changed
DatabaseResult<std::size_t> fix_future_stamps(const PgAddress& address);

/// The same as examine(), for a caller that may stop waiting: run() in one thread, cancel() from
/// another.
class PgExamination {
 public:
  explicit PgExamination(const PgAddress& address);
  ~PgExamination();
  PgExamination(const PgExamination&) = delete;
  PgExamination& operator=(const PgExamination&) = delete;

  /// Call it once, in the thread that made this object.
  std::vector<PgFinding> run();
  /// Ends run() soon, or before it begins; its findings are then incomplete. Any thread.
  void cancel() noexcept;

 private:
  class Checks;
  std::unique_ptr<Checks> checks_;
};

}  // namespace metabatch::sql
