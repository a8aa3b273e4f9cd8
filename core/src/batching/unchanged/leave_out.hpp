// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "batching/unchanged/leaving.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// Takes what need not be written out of the batch that was just built. The two machines, Batcher
/// and Engine, decide in the same way; they differ in how they remove entries (remove_left_out())
/// and how they give a batch back (put_back()), because the engine has shards with locks.
///
/// @shape  got: the entries that were taken for the batch
/// @return false: nothing remains, or so little that it went back to wait
template <class Machine>
bool leave_out(Machine& machine, std::uint64_t got, Instant now) {
  std::span<const Leaving> leaving;
  if (machine.written.is_on()) leaving = machine.written.judge(machine.batch.entries, true, now);
  if (leaving.empty()) {
    machine.schedule.began(got);
    return true;
  }
  machine.remove_left_out(leaving);
  const auto kept = static_cast<std::uint64_t>(std::count(leaving.begin(), leaving.end(), Leaving::written));
  if (kept == 0) {
    machine.schedule.left_out_all(got, now);
    return false;
  }
  if (machine.schedule.may_wait(got, kept, machine.pending())) {
    machine.schedule.left_out(got - kept);
    machine.put_back();
    return false;
  }
  machine.schedule.began(got);
  machine.builder.build(machine.taken, machine.batch);
  return true;
}

}  // namespace metabatch
