// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace metabatch {

/// Memory for blocks: eight size classes an octave (at most 1/8 of a block is slack), and what is
/// given back is kept for the next taker, newest first, so that a steady state allocates nothing.
/// How much is kept follows the recent peak of what was in use, so a burst does not pin its memory
/// for ever. Pieces of more than 64 KiB are returned to the system at once.
class Pool {
 public:
  Pool() = default;
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  struct Piece {
    void* memory;
    std::size_t size;  ///< as asked for or larger; what give() wants to hear
  };
  /// Never fails: running out of memory ends the process.
  Piece take(std::uint64_t size);
  void give(void* memory, std::uint64_t size);
  /// Called now and then (once a flush): lets the kept memory follow a sinking peak.
  void settle();

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kStepsAnOctave = 8;
  static constexpr std::size_t kSmallest = 64;  // bytes
  static constexpr std::size_t kLargestKept = std::size_t{64} << 10;
  static constexpr std::size_t kClasses = 8 * 27;  // 64 B .. 8 GiB
  static std::size_t class_of(std::size_t size);
  static std::size_t size_of(std::size_t size_class);
  void trim(std::size_t keep);

  std::size_t in_use_ = 0;
  std::size_t idle_ = 0;
  std::size_t peak_ = 0;
  std::array<Free*, kClasses> free_{};
};

}  // namespace metabatch
