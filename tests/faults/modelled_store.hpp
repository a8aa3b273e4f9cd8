// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "faults/modelled_database.hpp"

namespace metabatch::faults {

/// One batch that a lane flushes.
struct Flight {
  std::vector<OwnedUpdate> entries;  ///< sorted by agent and key
  std::vector<std::string> chunks;
  bool set_apart = false;
};

/// What a store must do by the specification ("The database"), against the modelled one. It bisects
/// refused rows and reports locked ones. After a lost connection it is unknown what was committed.
/// A batch that takes too long is reported as too large. The model and the real store share the
/// contract (FlushOutcome), not code.
class ModelledStore {
 public:
  ModelledStore(const FaultPlan& plan, ModelledDatabase& database, Choices& choices)
      : plan_(plan), database_(database), choices_(choices) {}

  /// Starts a flush. @return when it ends
  Instant begin(Flight flight, Instant now);
  /// Ends the flush: committed entries are in the table, and listeners were notified.
  FlushOutcome finish(Instant now);
  [[nodiscard]] const Flight& flight() const { return flight_; }

  /// The reported fates of each key, compared with what the batcher counted and kept.
  struct Reported {
    std::uint64_t written = 0, rows_stale = 0, unmatched = 0, quarantined = 0;
  };
  [[nodiscard]] const Reported& reported() const { return reported_; }
  /// The newest stamp of a key that was reported as refused or without a row; min: none was.
  [[nodiscard]] WallTime newest_refused(const RowId& row) const;
  /// What is wrong with the chunks of a batch, in words; empty: nothing.
  [[nodiscard]] const std::string& wrong_chunks() const { return wrong_chunks_; }

 private:
  enum class End { refused_connection, permission, table_locked, maintenance, too_much, cut, done };
  Instant plan_end(Instant now);
  [[nodiscard]] Instant cut_before(Instant now, Instant end) const;
  [[nodiscard]] bool was_disconnected(Instant from, Instant until) const;
  FlushOutcome end_of_flight(Instant now);
  FlushOutcome fail(FailureClass failure) const;
  FlushOutcome finish_cut();
  FlushOutcome finish_done(Instant now);
  Fate settle(const OwnedUpdate& entry, bool quarantines, Instant now);
  void report(const OwnedUpdate& entry, Fate fate);
  void check_chunks();

  const FaultPlan& plan_;
  ModelledDatabase& database_;
  Choices& choices_;
  Flight flight_;
  End end_ = End::done;
  std::map<RowId, WallTime> refused_;
  Reported reported_;
  std::optional<Instant> last_end_;  // of a flush
  bool reconnected_ = false;
  bool matched_before_ = false;
  std::string wrong_chunks_;
};

}  // namespace metabatch::faults
