// SPDX-License-Identifier: Apache-2.0
#include "batching/blocks/pool.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <new>

#include "base/bytes.hpp"

namespace metabatch {

// Class c holds pieces of (8 + c % 8) * 2^(c / 8) * 8 bytes: 64, 72, ... 120, 128, 144, ...
std::size_t Pool::class_of(std::size_t size) {
  const std::size_t units = (std::max(size, kSmallest) + 7) / 8;
  assert(units >= 8);
  const std::size_t octave = static_cast<std::size_t>(std::bit_width(units)) - 4;
  const std::size_t step = std::size_t{1} << octave;
  const std::size_t in_octave = (units + step - 1) / step - kStepsAnOctave;  // 8 means: first of the next octave
  return octave * kStepsAnOctave + in_octave;
}

std::size_t Pool::size_of(std::size_t size_class) {
  return (kStepsAnOctave + size_class % kStepsAnOctave) * (std::size_t{1} << (size_class / kStepsAnOctave)) * 8;
}

Pool::~Pool() { trim(0); }

Pool::Piece Pool::take(std::uint64_t size) {
  if (size > SIZE_MAX / 2) std::abort();  // more than the address space of a browser has: out of memory
  const std::size_t size_class = class_of(static_cast<std::size_t>(size));
  const std::size_t rounded = size_of(size_class);
  in_use_ += rounded;
  if (in_use_ > peak_) peak_ = in_use_;
  // Last in, first out: the piece that was given back last is the likeliest to be in a cache.
  if (Free* piece = free_[size_class]) {
    free_[size_class] = piece->next;
    idle_ -= rounded;
    if (piece->next != nullptr)
      prefetch_lines(piece->next, std::min<std::size_t>(rounded / kLine, 8));  // the next taker's
    return {piece, rounded};
  }
  void* memory = std::malloc(rounded);
  if (memory == nullptr) std::abort();
  return {memory, rounded};
}

// `size` may be what was asked for or what was got: both are of one class. The piece itself holds
// the link of the list, so free memory needs no other. A block that grows leaves a piece of every
// class behind, together eight times its size, so large pieces are not kept: beside the copy of
// their texts, the allocation costs nothing.
void Pool::give(void* memory, std::uint64_t size) {
  const std::size_t size_class = class_of(static_cast<std::size_t>(size));
  const std::size_t rounded = size_of(size_class);
  in_use_ -= rounded;
  if (rounded > kLargestKept) return std::free(memory);
  idle_ += rounded;
  free_[size_class] = new (memory) Free{free_[size_class]};
}

// Once a batch. Idle memory may reach a quarter over the recent peak, which the next batch will
// need again. The peak sinks by 1/256 a batch, so a burst is forgotten after some hundred batches.
void Pool::settle() {
  if (idle_ + in_use_ > peak_ + peak_ / 4) trim(peak_ + peak_ / 4 - in_use_);
  peak_ = std::max(in_use_, peak_ - peak_ / 256);
}

void Pool::trim(std::size_t keep) {
  // Largest first: they are the ones a shift in sizes leaves behind.
  for (std::size_t c = kClasses; c-- > 0 && idle_ > keep;) {
    while (free_[c] != nullptr && idle_ > keep) {
      Free* piece = free_[c];
      free_[c] = piece->next;
      idle_ -= size_of(c);
      std::free(piece);
    }
  }
}

}  // namespace metabatch
