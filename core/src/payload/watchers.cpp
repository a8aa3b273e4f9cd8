// SPDX-License-Identifier: Apache-2.0
#include "metabatch/watchers.hpp"

#include <algorithm>
#include <utility>

#include "payload/chunk_codec.hpp"

namespace metabatch {

std::size_t WatchTable::read_block(std::string_view& payload, Block& block, ChunkTally& tally) {
  const std::size_t here = std::min(block.size(), payload.size() / kIdSymbols);
  std::size_t readable = here;
  if (!codec::best().decode(payload.data(), here, block[0].bytes.data())) {
    readable = 0;
    for (std::size_t i = 0; i < here; ++i) {
      if (codec::decode_portable(payload.data() + i * kIdSymbols, 1, block[readable].bytes.data())) ++readable;
    }
  }
  tally.ids += readable;
  tally.unreadable += here - readable;
  payload.remove_prefix(here * kIdSymbols);
  return readable;
}

void WatchTable::grow() {
  std::vector<Place> old(std::max<std::size_t>(16, places_.size() * 2));
  std::swap(old, places_);
  for (const Place& place : old) {
    if (place.first != kNone) places_[place_of(place.agent)] = place;
  }
}

bool WatchTable::add(const Uuid& agent, Token token) {
  for (std::uint32_t watch = first_watch(agent); watch != kNone; watch = pool_[watch].next) {
    if (pool_[watch].token == token) return false;
  }
  if ((agents_ + 1) * 2 > places_.size()) grow();
  std::uint32_t watch = free_;
  if (watch != kNone) {
    free_ = pool_[watch].next;
  } else {
    watch = static_cast<std::uint32_t>(pool_.size());
    pool_.emplace_back();
  }
  Place& place = places_[place_of(agent)];
  if (place.first == kNone) ++agents_;
  pool_[watch].token = token;
  pool_[watch].next = place.first;
  place.agent = agent;
  place.first = watch;
  ++watches_;
  return true;
}

bool WatchTable::remove(const Uuid& agent, Token token) {
  if (places_.empty()) return false;
  const std::size_t at = place_of(agent);
  std::uint32_t* link = &places_[at].first;
  while (*link != kNone && pool_[*link].token != token) link = &pool_[*link].next;
  if (*link == kNone) return false;
  const std::uint32_t watch = *link;
  *link = pool_[watch].next;
  pool_[watch].next = std::exchange(free_, watch);
  --watches_;
  if (places_[at].first == kNone) {
    --agents_;
    close_gap(at);
  }
  return true;
}

/// Moves later agents of the run forward, so that a search still ends at the first free slot.
void WatchTable::close_gap(std::size_t gap) {
  const std::size_t mask = places_.size() - 1;
  for (std::size_t at = next(gap); places_[at].first != kNone; at = next(at)) {
    const std::size_t travelled = (at - home(places_[at].agent)) & mask;
    if (travelled < ((at - gap) & mask)) continue;
    places_[gap] = places_[at];
    places_[at].first = kNone;
    gap = at;
  }
}

}  // namespace metabatch
