// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/notifier.hpp"
#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_flush.hpp"
#include "sql/postgres/store/pg_transaction.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

struct PgBisectionOptions {
  std::string channel;
  std::size_t max_payload_bytes = 8000;
  bool register_missing = false;
  engine::Notifier* notifier = nullptr;
  OnRefused on_refused = {};
};

/// Divides a batch that the server refuses as a whole, so that only the rows at fault stay
/// unwritten.
///
/// The batch is sent in groups, all groups of a round in one pipeline. Each group is a transaction
/// of its own with the NOTIFYs of its agents. A refused group is divided in the next round: first
/// between agents, and inside an agent only at the end. 500 rows take about three round trips,
/// whatever the latency. Parts of an agent commit without NOTIFY. One transaction at the end
/// notifies these agents. (A crash before it is a publish error that is not counted; watchers read
/// again by themselves.)
///
/// A group's fate is known when the server answers its Sync, and is recorded in the flush at once.
/// So results stay when the time limit or the connection ends the search.
class PgBisection {
 public:
  PgBisection(PgConnection& connection, PgBisectionOptions options)
      : connection_(connection), options_(std::move(options)) {}

  struct Result {
    std::optional<DatabaseFailure> failure;  ///< why entries are still unwritten
    bool is_interrupted = false;             ///< the search did not end; the next flush continues it
    bool is_refused_alike = false;  ///< no row could be written, all for one reason that is no property of a value
    std::vector<std::size_t>
        partly_changed;       ///< positions of entries in groups that changed fewer rows than they have entries
    std::size_t missing = 0;  ///< how many fewer
  };
  Result run(PgFlush& flush);

 private:
  struct Range {
    std::size_t from, to;
    [[nodiscard]] std::size_t size() const { return to - from; }
  };
  struct Refused {
    std::size_t place;
    DatabaseFailure why;
  };
  void divide(const PgFlush& flush, Range range, std::vector<Range>& to) const;
  bool holds_whole_agents(const PgFlush& flush, Range range) const;
  std::vector<PgAnswer> send(PgFlush& flush, std::span<const Range> ranges);
  std::optional<DatabaseFailure> judge(PgFlush& flush, Range range, std::size_t number, const PgAnswer& answer,
                                       std::vector<Range>& next);
  void commit(PgFlush& flush, Range range, std::size_t number, std::uint64_t changed);
  void notify_parts(PgFlush& flush);
  void quarantine(PgFlush& flush);

  PgConnection& connection_;
  const PgBisectionOptions options_;
  Result result_;
  std::vector<PgTransaction> transactions_;       // of the round
  std::vector<std::vector<std::string>> chunks_;  // of the round
  std::vector<Refused> refused_;
  std::set<Uuid> notified_later_;
  std::size_t retries_ = 0;
};

}  // namespace metabatch::sql
