// SPDX-License-Identifier: Apache-2.0
#include "batching/verdict.hpp"

#include <algorithm>

namespace metabatch {

Verdict judge(const FlushOutcome& outcome, std::size_t entries) {
  Verdict verdict{outcome.fates, outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten, 0, false};
  const auto count = [&](Fate fate) {
    if (verdict.fates.empty()) return verdict.all == fate ? entries : 0;
    return static_cast<std::size_t>(std::count(verdict.fates.begin(), verdict.fates.end(), fate));
  };
  if (outcome.too_much && entries == 1 && count(Fate::unwritten) == 1) {
    verdict.fates = {};
    verdict.all = Fate::locked;
  }
  const std::size_t unwritten = count(Fate::unwritten);
  verdict.settled = entries - unwritten - count(Fate::locked);
  verdict.progress = unwritten < entries;
  return verdict;
}

FlushEnd flush_end(const FlushOutcome& outcome, const Verdict& verdict, std::size_t entries, Duration took) {
  FlushEnd end;
  end.failure = outcome.failure;
  end.progress = verdict.progress;
  end.too_much = outcome.too_much;
  end.time_limit = outcome.time_limit;
  end.took = took;
  end.entries = entries;
  return end;
}

}  // namespace metabatch
