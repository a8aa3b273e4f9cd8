// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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
};

}  // namespace metabatch::oracle
