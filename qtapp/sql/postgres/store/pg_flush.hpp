// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"
#include "sql/database_failure.hpp"

namespace metabatch::sql {

/// One running flush of a PgStore. The effects of a committed transaction are recorded here at once
/// and stay, whatever fails later.
struct PgFlush {
  std::span<const Update> entries;  ///< sorted by (agent, key)
  std::span<const std::string> chunks;
  std::vector<Fate> fates = std::vector<Fate>(entries.size(), Fate::unwritten);
  std::uint64_t changed = 0;       ///< rows that committed transactions changed
  bool may_notify = true;          ///< false: the notifications cause the failure
  bool may_write_by_agent = true;  ///< false: they were refused once
  bool is_emptied_alarm = false;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  FlushOutcome outcome = {};

  [[nodiscard]] std::size_t count(Fate fate) const {
    return static_cast<std::size_t>(std::count(fates.begin(), fates.end(), fate));
  }
  void count_published(std::span<const std::string> sent) {
    outcome.chunks_published += sent.size();
    for (const std::string& chunk : sent) outcome.notify_bytes += chunk.size();
  }
};

}  // namespace metabatch::sql
