// SPDX-License-Identifier: Apache-2.0
#include "batching/verdict.hpp"

#include <algorithm>

namespace metabatch {

Verdict judge(const FlushOutcome& outcome, std::size_t entries, OnFailure on_failure) {
  Verdict verdict{outcome.fates, outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten, 0, false};
  const auto count = [&](Fate fate) {
    if (verdict.fates.empty()) return verdict.all == fate ? entries : 0;
    return static_cast<std::size_t>(std::count(verdict.fates.begin(), verdict.fates.end(), fate));
  };
  const std::size_t unwritten = count(Fate::unwritten);
  verdict.settled = entries - unwritten - count(Fate::locked);
  verdict.progress = unwritten < entries;
  const bool is_of_entry =
      outcome.too_much || outcome.failure == FailureClass::data || outcome.failure == FailureClass::other;
  if (entries == 1 && unwritten == 1 && is_of_entry && on_failure == OnFailure::retain) {
    verdict.fates = {};
    verdict.all = Fate::locked;
    verdict.progress = outcome.too_much;  // the time limit paces what is too much; all else backs off
  }
  return verdict;
}

FlushEnd flush_end(const FlushOutcome& outcome, const Verdict& verdict, std::size_t entries, Duration took) {
  FlushEnd end;
  end.failure = outcome.failure;
  end.progress = verdict.progress;
  end.settled = verdict.settled > 0;
  end.too_much = outcome.too_much;
  end.time_limit = outcome.time_limit;
  end.took = took;
  end.entries = entries;
  return end;
}

}  // namespace metabatch
