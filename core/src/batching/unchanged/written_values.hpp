// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/siphash.hpp"
#include "batching/unchanged/leaving.hpp"
#include "batching/unchanged/tag_table.hpp"
#include "batching/verdict.hpp"
#include "metabatch/config.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// Names keys and values by keyed hashes, so that they need not be kept.
class ValueHash {
 public:
  explicit ValueHash(std::uint64_t seed);
  [[nodiscard]] std::uint64_t agent(const Uuid& agent) const;
  [[nodiscard]] std::uint64_t key(const Uuid& agent, std::string_view key) const;
  /// Of value and error. `tag` is that of the key: one value has another hash for each key.
  [[nodiscard]] Hash128 value(std::uint64_t tag, const Update& update) const;

 private:
  std::uint64_t key0_, key1_;
};

/// Remembers what the rows have, key by key (specification, "Unchanged values"). One owner judges
/// the entries of each batch and reports how it ended.
///
/// An entry that is left out has a newer stamp than its row. An older value of the key that arrives
/// afterwards would pass the guard of the database, so the newest stamp that was left out is
/// remembered too: longer than the value by suppress_unchanged, and also when the value is
/// forgotten.
///
/// @cost 40 bytes a record and at most 60 a key, agents that were named by others included; about
///       50 ns an entry
class WrittenValues {
 public:
  explicit WrittenValues(std::uint64_t seed) : hash_(seed) {}

  /// @shape `config` is validated. With another suppress_unchanged, or less capacity than is in
  ///        use, all is forgotten
  void set_rules(const ValidConfig& config);
  [[nodiscard]] bool is_on() const { return keep_ > Duration{}; }

  /// Judges the entries of a batch that was taken at `now`, and remembers those that are to be
  /// written as in flight.
  ///
  /// @shape  may_leave_out: false for entries that were set apart: all of them are written
  /// @return one for each entry, until the next call; empty: all are written
  std::span<const Leaving> judge(std::span<const Update> entries, bool may_leave_out, Instant now);
  /// The flush of the entries in flight, which was taken at `took_at`, ended at `now`.
  void landed(const Verdict& verdict, const FlushOutcome& outcome, Instant took_at, Instant now);

  /// Others may have written rows of these agents. A flush that is in flight at `now` is not
  /// remembered for them.
  void forget(std::span<const Uuid> agents, Instant now);
  /// Others may have written any row.
  void forget_all(Instant now) { forgotten_ = std::max(forgotten_, now); }

  [[nodiscard]] std::size_t size() const { return records_.size(); }

 private:
  struct Record {
    std::uint64_t tag = 0;
    Instant since{};                      // the flush that wrote the value was taken
    WallTime left_out = WallTime::min();  // newest stamp of an entry that was left out
    Hash128 value;                        // zero: not known any more
  };
  struct Named {
    std::uint64_t tag = 0;
    Instant at{};
  };
  struct Flying {
    std::uint64_t tag;
    Hash128 value;
  };
  [[nodiscard]] Instant forgotten_of(const Uuid& agent);
  Leaving judge_one(const Update& entry, const Flying& hashes, Instant forgotten, Instant now);
  void keep(const Flying& entry, Fate fate, Instant took_at, Instant now);
  void purge(Instant now);

  ValueHash hash_;
  Duration keep_{};
  std::size_t capacity_ = 0;
  TagTable<Record> records_;
  TagTable<Named> named_;
  Instant forgotten_ = Instant::min();  // values of flushes that were taken until then
  Instant purged_ = Instant::min();
  std::vector<Leaving> leaving_;
  std::vector<Flying> flying_;  // in the order of the batch
};

}  // namespace metabatch
