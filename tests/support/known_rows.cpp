// SPDX-License-Identifier: Apache-2.0
#include "support/known_rows.hpp"

#include <algorithm>

namespace metabatch::oracle {

KnownRows::Answer KnownRows::judge(const Item& item, Duration keep, Instant now, Coverage& coverage) {
  const auto found = known_.find({item.agent, item.key});
  if (found == known_.end() || now >= found->second.since + 2 * keep) return Answer::written;
  Known& known = found->second;
  if (item.collected_at < known.left_out) {
    coverage.visit(Branch::left_out_older);
    return Answer::older;
  }
  if (!known.has_value || known.value != item.value || known.error != item.error) return Answer::written;
  const auto named = named_.find(item.agent);
  if (known.since <= forgotten_ || (named != named_.end() && known.since <= named->second)) {
    coverage.visit(Branch::repeat_forgotten);
    return Answer::written;
  }
  if (now >= known.since + keep) {
    coverage.visit(Branch::repeat_too_late);
    return Answer::written;
  }
  coverage.visit(Branch::left_out);
  known.left_out = std::max(known.left_out, item.collected_at);
  return Answer::unchanged;
}

void KnownRows::landed(const Flight& flight, const FlushOutcome& outcome, const std::vector<Fate>& fates, Instant now) {
  if (outcome.reconnected || outcome.table_emptied) forget_all(flight.taken - Duration(1));
  if (outcome.failure == FailureClass::connection) forget_all(now);
  if (!flight.remembers) return;
  for (std::size_t i = 0; i < flight.entries.size(); ++i) remember(flight.entries[i], fates[i], flight.taken);
}

void KnownRows::remember(const Item& entry, Fate fate, Instant taken) {
  if (fate == Fate::written) {
    known_[{entry.agent, entry.key}] = {true, entry.value, entry.error, taken, WallTime::min()};
    return;
  }
  const auto found = known_.find({entry.agent, entry.key});
  if (found == known_.end()) return;
  found->second.has_value = false;
  if (fate == Fate::unmatched) found->second.left_out = WallTime::min();
}

void KnownRows::clear() {
  known_.clear();
  named_.clear();
}

}  // namespace metabatch::oracle
