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

/// Creates the table where it is missing, alters nothing that exists.
///
/// @return whether it was created, or why it is not there
DatabaseResult<bool> create_table(const PgAddress& address);

/// The same for workspace_agents, the part of a control plane's table that says who may report with which token.
DatabaseResult<bool> create_agents_table(const PgAddress& address);

/// SQL that gives a writer, a viewer and a registrar just what each needs; for people to read and run.
std::string_view grants_sql();
/// What they need of workspace_agents besides.
std::string_view agents_grants_sql();

/// One thing that was looked at.
struct PgFinding {
  enum class Verdict { good, notice, loses_data };
  Verdict verdict;
  std::string subject;  ///< one word, for machines and for the left column: `table`, `pooler`
  std::string text;     ///< what is so
  std::string cure;     ///< what to do; empty when all is well
};

/// Looks at a database as somebody would who has to do this job with it: reachable, pooled, standby or
/// read-only, table, columns, key, privileges, UNLOGGED, fillfactor, notification queue, encoding, clock, TLS, version,
/// latency. Changes nothing. What cannot be looked at because of an earlier finding is left out.
std::vector<PgFinding> examine(const PgAddress& address);

/// The same for somebody who may not want to wait for it: run() in one thread, cancel() from another.
class PgExamination {
 public:
  explicit PgExamination(const PgAddress& address);
  ~PgExamination();
  PgExamination(const PgExamination&) = delete;
  PgExamination& operator=(const PgExamination&) = delete;

  /// Once, in the thread that made this.
  std::vector<PgFinding> run();
  /// Ends run() soon, or before it begins; what it found so far is then of no use. Any thread.
  void cancel() noexcept;

 private:
  class Looks;
  std::unique_ptr<Looks> looks_;
};

}  // namespace metabatch::sql
