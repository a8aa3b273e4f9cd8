// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "batching/entries.hpp"

/// Chooses the entries of the next batch, out of one shard or many. `visit(i, f)` calls f(Entries&)
/// with shard i, locked where it must be.
namespace metabatch {

/// What a batch may have: entries, and bytes of their keys, values and errors. One entry always
/// fits.
struct BatchSize {
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
};

/// The first position for which a batch of `bytes` has no capacity, when it takes entries in order
/// of position and at least one; none when all fit.
///
/// @cost no look at single entries when all fit, which is nearly always so
std::optional<std::uint64_t> first_beyond(std::span<Block* const> taken, std::uint64_t bytes);

/// Bytes of the entries of these blocks.
std::uint64_t bytes_of(std::span<Block* const> blocks);

/// Which entries that are set apart the next retry takes: those at `from` or later and before
/// `until`.
struct SetApartRange {
  std::uint64_t from = 0, until = 0;
  bool is_last = false;  ///< none remains that arrived later
};
/// The earliest of `entries` that fit. @shape entries: not empty; sorted afterwards
SetApartRange choose_set_apart(std::vector<SetApartEntry>& entries, const BatchSize& most);

/// Collects the `want` longest-pending entries. `next_position` was read before: what arrived
/// before it is in a shard. `cursor`: no pending entry has a lower position; 0 when that is not
/// known (after merging back). Moved on for the next call.
///
/// @return how many were taken: fewer than `want` only when no more are pending
template <class Visit>
std::size_t take_oldest(std::size_t shards, std::size_t want, std::uint64_t next_position, std::uint64_t& cursor,
                        Visit visit, std::vector<Block*>& taken) {
  std::size_t got = 0;
  // Positions are dense but for what merging back left out, so this is nearly always one round.
  // Each round takes a range of positions that holds at most as many entries as are wanted, so it
  // never takes too many.
  for (std::uint64_t until = cursor == 0 ? 0 : std::min(next_position, cursor + want);;) {
    std::uint64_t lowest = next_position;
    for (std::size_t i = 0; i < shards; ++i) {
      visit(i, [&](Entries& entries) {
        got += entries.take_before(until, taken);
        if (const auto oldest = entries.oldest()) lowest = std::min(lowest, oldest->position);
      });
    }
    cursor = lowest;
    if (got == want || lowest == next_position) return got;
    until = std::min(next_position, lowest + (want - got));
  }
}

/// The same within `most.bytes`. Where bytes bind, entries are taken in steps that should just
/// reach them, so that few are taken in vain; what does not fit is given back by
/// `give_back(position)`, which answers how many entries that were.
///
/// @shape pending, pending_bytes: all that is pending
template <class Visit, class GiveBack>
std::size_t take_batch(std::size_t shards, const BatchSize& most, std::uint64_t pending, std::uint64_t pending_bytes,
                       std::uint64_t next_position, std::uint64_t& cursor, Visit visit, GiveBack give_back,
                       std::vector<Block*>& taken) {
  if (pending_bytes <= most.bytes) return take_oldest(shards, most.entries, next_position, cursor, visit, taken);
  const std::uint64_t average = std::max<std::uint64_t>(pending_bytes / std::max<std::uint64_t>(pending, 1), 1);
  std::size_t got = 0;
  for (std::uint64_t bytes = 0; got < most.entries && bytes <= most.bytes;) {
    const std::uint64_t fitting = (most.bytes - bytes) / average + 1;
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(most.entries - got, fitting));
    const std::size_t more = take_oldest(shards, step, next_position, cursor, visit, taken);
    got += more;
    bytes = bytes_of(taken);
    if (more < step) break;
  }
  const std::optional<std::uint64_t> beyond = first_beyond(taken, most.bytes);
  if (!beyond) return got;
  cursor = *beyond;
  return got - give_back(*beyond);
}

}  // namespace metabatch
