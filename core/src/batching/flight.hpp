// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "metabatch/config.hpp"

namespace metabatch {

/// Whether a new entry may be refused.
enum class Admit : std::uint8_t {
  if_it_fits,  ///< a new entry that finds no capacity is dropped
  always,      ///< capacity was promised before (an update absorbed from the fifo)
};

/// Where an entry goes when its flight ends.
enum class Way : std::uint8_t {
  out,    ///< it is buffered no more
  back,   ///< into what is pending
  apart,  ///< it is set apart
};

/// How a flight ends for its blocks.
struct Landing {
  OnFailure on_failure = OnFailure::retain;
  bool set_apart = false;  ///< the batch was one of entries that are set apart: its unwritten ones are so again
  Instant now{};
};

/// What came back from a flight into what is pending, and what it freed.
struct Settled {
  std::size_t returned = 0;  ///< entries merged back
  std::size_t joined = 0;    ///< of these, how many met a pending entry of their key and became one with it
  std::size_t absorbed = 0;  ///< pending entries that became one with an entry of their key that was set apart

  std::int64_t freed_entries = 0;  ///< capacity that the caller gives back, once for all blocks
  std::int64_t freed_bytes = 0;

  Settled& operator+=(const Settled& other) {
    returned += other.returned;
    joined += other.joined;
    absorbed += other.absorbed;
    freed_entries += other.freed_entries;
    freed_bytes += other.freed_bytes;
    return *this;
  }
};

/// The longest-pending entry.
struct Oldest {
  std::uint64_t position;
  Instant arrived;
};

/// An entry that is set apart, as its retry needs to know it.
struct SetApartEntry {
  std::uint64_t position;
  std::uint64_t bytes;
};

/// The ages of what is set apart.
struct SetApartAges {
  Instant arrived;  ///< when the longest-buffered of these entries arrived
  Instant since;    ///< since when one of them is set apart
};

}  // namespace metabatch
