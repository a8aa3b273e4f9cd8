// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metabatch/batch.hpp"
#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch::oracle {

/// One update, kept by value.
struct Item {
  Uuid agent;
  std::string key, value, error;
  WallTime collected_at{};
  Instant added{};             ///< when this update was offered
  Instant arrived{};           ///< when the first update of this position was offered
  std::uint64_t position = 0;  ///< order of first arrival
  bool due = false;            ///< must leave: a tick or a deadline found it, or it is to be retried

  [[nodiscard]] std::uint64_t bytes() const { return key.size() + value.size() + error.size(); }
};

struct Flight {
  std::uint64_t id = 0;
  Reason reason = Reason::scheduled;
  bool set_apart = false;     ///< a retry of locked entries
  std::vector<Item> entries;  ///< in the order in which they leave
  Instant taken{};
  bool remembers = false;  ///< what it writes is remembered (suppress_unchanged)
};

/// The limit of a batch after flushes that were too slow.
struct Limit {
  std::optional<std::uint64_t> entries;
  int quick = 0;
  [[nodiscard]] std::uint64_t of(std::int64_t batch_size) const;
};

/// What became of the entries of a flight.
struct Tally {
  std::size_t settled = 0, unwritten = 0;
  std::vector<Fate> fates;  ///< one for each entry
};

}  // namespace metabatch::oracle
