// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "faults/fault_plan.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"

namespace metabatch::faults {

/// An update by value.
struct OwnedUpdate {
  Uuid agent;
  std::string key, value;
  WallTime collected_at{};
};

using RowId = std::pair<Uuid, std::string>;

/// The table of a PostgreSQL server, as far as a flush can see it: rows with stamps, a guard that
/// keeps the newest, missing rows, a restart that empties it, other writers. Listeners are notified
/// of what is committed.
class ModelledDatabase {
 public:
  explicit ModelledDatabase(const FaultPlan& plan);

  /// Writes one entry in a transaction that commits.
  Fate commit(const OwnedUpdate& entry);
  /// Another writer writes a value of its own.
  void write_beside(std::size_t row, WallTime stamp);
  /// Crash recovery empties an unlogged table.
  void empty();
  /// Registers every agent again; existing rows stay unchanged.
  void register_rows();

  /// Whether the server refuses a value.
  [[nodiscard]] static bool refuses(const OwnedUpdate& entry) { return entry.value.starts_with("refused"); }
  [[nodiscard]] std::size_t number_of(const RowId& row) const { return numbers_.at(row); }
  [[nodiscard]] RowId row(std::size_t number) const { return rows_by_number_[number]; }
  [[nodiscard]] bool is_locked(const RowId& row, Instant at) const;
  /// When the locks on a row at the instant `at` end.
  [[nodiscard]] Instant locked_until(const RowId& row, Instant at) const;
  [[nodiscard]] bool is_poison(const RowId& row) const;  ///< until FaultPlan::poison_until

  struct Row {
    WallTime collected_at{};
    std::string value;
  };
  [[nodiscard]] const Row* find(const RowId& row) const;
  /// The newest stamp of a row when it was lost with its table.
  [[nodiscard]] std::optional<WallTime> lost(const RowId& row) const;

 private:
  const FaultPlan& plan_;
  std::vector<RowId> rows_by_number_;
  std::map<RowId, std::size_t> numbers_;
  std::map<RowId, Row> rows_;
  std::map<RowId, WallTime> lost_;
};

}  // namespace metabatch::faults
