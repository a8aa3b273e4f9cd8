// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "faults/modelled_store.hpp"

namespace metabatch::faults {

/// What was offered and its fate, key by key. It finds values that are missing, and entries that
/// wait too long.
class Ledger {
 public:
  Ledger(const FaultPlan& plan, const ModelledDatabase& database) : plan_(plan), database_(database) {}

  void offered(const OwnedUpdate& update, const Admission& admission, Instant now);
  /// A flush ended.
  void flushed(const Flight& flight, const FlushOutcome& outcome);

  /// Finds an entry that should have been written by now, because no fault that concerns it excuses
  /// the wait. Empty: none. The argument is how long an entry may take without such a fault.
  [[nodiscard]] Duration bound() const;
  [[nodiscard]] std::string overdue(Instant now) const;
  /// Every accepted update has a fate, or its row has its value, or may be held at the end.
  [[nodiscard]] bool is_settled() const;
  /// Keys that may be held at the end.
  [[nodiscard]] std::uint64_t may_be_held() const;
  /// A key whose newest value is not in its row and was not reported with another fate. Empty:
  /// none.
  [[nodiscard]] std::string missing() const;

 private:
  struct Key {
    bool may_be_held = false;            ///< some update was one that the server may refuse permanently
    bool newest_may_be_held = false;     ///< the newest one was
    WallTime newest = WallTime::min();   ///< stamp of the newest accepted update
    std::vector<std::string> values;     ///< of the updates with that stamp
    WallTime settled = WallTime::min();  ///< newest stamp that a flush reported: written, or counted with another fate
    WallTime held = WallTime::min();     ///< newest stamp of an update that may be held
    WallTime excused = WallTime::min();  ///< of these, the newest one that was not written
    struct Waiting {
      WallTime stamp;
      Instant since;
    };
    std::vector<Waiting> unsettled;  ///< accepted updates newer than the settled one, in order of arrival
  };
  /// With suppress_unchanged: the row has the newest value, or a newer one of another writer, so
  /// that nothing need be written.
  [[nodiscard]] bool has_newest_value(const RowId& row, const Key& key) const;
  template <class Is>
  void settle_if(Key& key, Is is);
  [[nodiscard]] Instant excused_until(const RowId& row, Instant now) const;

  const FaultPlan& plan_;
  const ModelledDatabase& database_;
  std::uint64_t unsettled_ = 0;       ///< of all keys
  std::uint64_t most_unsettled_ = 0;  ///< at any moment
  std::map<RowId, Key> keys_;
};

}  // namespace metabatch::faults
