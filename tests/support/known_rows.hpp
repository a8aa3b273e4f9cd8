// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "metabatch/outcome.hpp"
#include "support/coverage.hpp"
#include "support/item.hpp"

namespace metabatch::oracle {

/// The oracle's memory of what the rows have (specification, "Unchanged values"): values in a map.
class KnownRows {
 public:
  enum class Answer { written, unchanged, older };

  /// `keep`: suppress_unchanged.
  Answer judge(const Item& item, Duration keep, Instant now, Coverage& coverage);
  void landed(const Flight& flight, const FlushOutcome& outcome, const std::vector<Fate>& fates, Instant now);
  void forget(const Uuid& agent, Instant now) { named_[agent] = now; }
  void forget_all(Instant now) { forgotten_ = std::max(forgotten_, now); }
  void clear();

 private:
  struct Known {
    bool has_value = false;
    std::string value, error;
    Instant since{};
    WallTime left_out = WallTime::min();
  };
  void remember(const Item& entry, Fate fate, Instant taken);

  std::map<std::pair<Uuid, std::string>, Known> known_;
  std::map<Uuid, Instant> named_;  // agents that another process named
  Instant forgotten_ = Instant::min();
};

}  // namespace metabatch::oracle
