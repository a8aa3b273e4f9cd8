// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace metabatch {

/// The capacity that all shards of one batcher share, and the order of arrival. A port: one owner counts plainly
/// (PlainCapacity), many threads count with atomics (the engine's). Asked about once a report, not once an update.
///
/// @units entries: distinct (agent, key) held, in flight included; bytes: of keys, values and errors held
class Capacity {
 public:
  virtual ~Capacity() = default;
  /// Takes capacity for `entries` new entries of `bytes` together, or nothing and answers false.
  virtual bool admit(std::uint64_t entries, std::uint64_t bytes) = 0;
  /// Takes (or, negative, gives back) capacity without asking: repeats of held keys, and what left.
  virtual void charge(std::int64_t entries, std::int64_t bytes) = 0;
  /// The first of `count` consecutive arrival numbers. They only ever grow.
  virtual std::uint64_t claim_positions(std::uint64_t count) = 0;
};

/// The limits of a capacity.
struct CapacityLimits {
  std::uint64_t entries = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
};

/// A capacity with one owner.
class PlainCapacity final : public Capacity {
 public:
  bool admit(std::uint64_t entries, std::uint64_t bytes) override {
    if (entries_ + entries > limits_.entries || bytes_ + bytes > limits_.bytes) return false;
    entries_ += entries;
    bytes_ += bytes;
    return true;
  }
  void charge(std::int64_t entries, std::int64_t bytes) override {
    entries_ += static_cast<std::uint64_t>(entries);
    bytes_ += static_cast<std::uint64_t>(bytes);
  }
  std::uint64_t claim_positions(std::uint64_t count) override {
    const std::uint64_t first = next_position_;
    next_position_ += count;
    return first;
  }
  void limit(CapacityLimits limits) { limits_ = limits; }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t next_position() const { return next_position_; }

 private:
  CapacityLimits limits_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t next_position_ = 0;
};

}  // namespace metabatch
