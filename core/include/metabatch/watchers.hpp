// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "metabatch/chunks.hpp"

namespace metabatch {

/// What one payload held, for the counters of a listener.
struct ChunkTally {
  std::size_t ids = 0;         ///< ids read
  std::size_t unreadable = 0;  ///< windows of 22 that hold a symbol outside the alphabet; skipped
  std::size_t rest = 0;        ///< bytes after the last complete window; not an id

  bool operator==(const ChunkTally&) const = default;
};

/// The table of watchers and agents. A payload is decoded once, and each of its ids is looked up
/// here, however many watchers there are. If every watcher decoded the payload itself, the cost
/// would be their number times the payload.
///
/// A watcher is a token, which means something to the caller only. An agent may have many watchers
/// and a token may watch many agents. Not for several threads at once: the caller guards it.
///
/// @cost   each id of a payload, add and remove: one probe of a flat table that is at most half
///         full, whose slots are chosen by mixing all 16 bytes; add and remove also walk the
///         watchers of that agent. Memory: 20 bytes a slot plus 16 a watch. Only add allocates, and
///         only when the table holds more than ever before.
/// @owns   everything it holds; nothing of the payloads
class WatchTable {
 public:
  using Token = std::uint64_t;

  /// `token` watches `agent` from now on. False when it did already: then nothing changes.
  bool add(const Uuid& agent, Token token);

  /// False when it did not watch the agent.
  bool remove(const Uuid& agent, Token token);

  /// How many (agent, token) there are.
  [[nodiscard]] std::size_t size() const { return watches_; }
  /// How many agents have at least one watcher.
  [[nodiscard]] std::size_t agents() const { return agents_; }

  /// Calls `fn(agent, token)` for each watcher of each agent that the payload names, in the order
  /// of the payload; watchers of one agent in no particular order. An agent named twice is called
  /// twice. An id that cannot be read is counted and skipped: a forged one must not hide the
  /// others. `fn` must not change the table.
  template <class Fn>
  ChunkTally for_each_named(std::string_view payload, Fn&& fn) const {
    ChunkTally tally;
    Block block;
    tally.rest = payload.size() % kIdSymbols;
    while (payload.size() >= kIdSymbols) {
      const std::size_t readable = read_block(payload, block, tally);
      for (std::size_t i = 0; i < readable; ++i) {
        for (std::uint32_t watch = first_watch(block[i]); watch != kNone; watch = pool_[watch].next) {
          fn(block[i], pool_[watch].token);
        }
      }
    }
    return tally;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  using Block = std::array<Uuid, 64>;

  struct Place {
    Uuid agent;
    std::uint32_t first = kNone;  ///< of the agent's watches; kNone: the slot is free
  };
  struct Watch {
    Token token = 0;
    std::uint32_t next = kNone;
  };

  /// Moves up to a block of ids from the front of `payload`; the unreadable are left out. How many
  /// are in `block`.
  static std::size_t read_block(std::string_view& payload, Block& block, ChunkTally& tally);

  static std::size_t mixed(const Uuid& agent) {
    std::uint64_t halves[2];
    std::memcpy(halves, agent.bytes.data(), 16);
    const std::uint64_t mix = (halves[0] ^ (halves[1] * 0x9e37'79b9'7f4a'7c15u)) * 0xd6e8'feb8'6659'fd93u;
    return static_cast<std::size_t>(mix ^ (mix >> 32));
  }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (places_.size() - 1); }
  [[nodiscard]] std::size_t home(const Uuid& agent) const { return mixed(agent) & (places_.size() - 1); }

  /// The slot of the agent, or the free slot where it would go. Only when there are slots.
  [[nodiscard]] std::size_t place_of(const Uuid& agent) const {
    std::size_t at = home(agent);
    while (places_[at].first != kNone && !(places_[at].agent == agent)) at = next(at);
    return at;
  }
  [[nodiscard]] std::uint32_t first_watch(const Uuid& agent) const {
    return places_.empty() ? kNone : places_[place_of(agent)].first;
  }
  void grow();
  void close_gap(std::size_t gap);

  std::vector<Place> places_;  // a power of two of them, or none
  std::vector<Watch> pool_;
  std::uint32_t free_ = kNone;  // watches of the pool that wait to be used again
  std::size_t watches_ = 0;
  std::size_t agents_ = 0;
};

}  // namespace metabatch
