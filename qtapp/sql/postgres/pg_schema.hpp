// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_failure.hpp"

namespace metabatch::sql {

/// Creates the table if it is missing; alters nothing that exists.
///
/// @return whether it was created, or why it is not there
DatabaseResult<bool> create_table(const PgAddress& address);

/// The same for workspace_agents. This is the part of a control plane's table that says which token
/// may report for which agent.
DatabaseResult<bool> create_agents_table(const PgAddress& address);

/// SQL that grants a writer, a viewer and a registrar exactly what each needs. It is for people to
/// read and run.
std::string_view grants_sql();
/// The grants that they need on workspace_agents in addition.
std::string_view agents_grants_sql();

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
