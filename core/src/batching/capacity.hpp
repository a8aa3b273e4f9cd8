// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace metabatch {

/// The capacity that all shards of one batcher share, and the order of arrival. A port: one owner
/// counts plainly (PlainCapacity), many threads count with atomics (SharedCapacity). Called once a
/// report, not once an update.
///
/// @units entries: distinct (agent, key) buffered, in flight included; bytes: of keys, values and
///        errors buffered
class Capacity {
 public:
  virtual ~Capacity() = default;
  /// Uses capacity for `entries` new entries of `bytes` together, or none at all and answers false.
  virtual bool admit(std::uint64_t entries, std::uint64_t bytes) = 0;
  /// Uses (or, negative, frees) capacity unconditionally: repeats of buffered keys, and what was
  /// settled.
  virtual void charge(std::int64_t entries, std::int64_t bytes) = 0;
  /// Counts buffered bytes that are not pending: those in flight and those in the fifo.
  virtual void charge_beside(std::int64_t bytes) = 0;
  /// Counts what is set apart. Its bytes are not pending either.
  virtual void charge_set_apart(std::int64_t entries, std::int64_t bytes) = 0;
  /// The first of `count` consecutive positions in the order of arrival. They only ever grow.
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
  void charge_beside(std::int64_t bytes) override { beside_ += static_cast<std::uint64_t>(bytes); }
  void charge_set_apart(std::int64_t entries, std::int64_t bytes) override {
    set_apart_ += static_cast<std::uint64_t>(entries);
    charge_beside(bytes);
  }
  std::uint64_t claim_positions(std::uint64_t count) override {
    const std::uint64_t first = next_position_;
    next_position_ += count;
    return first;
  }
  void limit(CapacityLimits limits) { limits_ = limits; }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t pending_bytes() const { return bytes_ - beside_; }
  [[nodiscard]] std::uint64_t set_apart() const { return set_apart_; }
  [[nodiscard]] std::uint64_t next_position() const { return next_position_; }

 private:
  CapacityLimits limits_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t beside_ = 0;  // of these bytes
  std::uint64_t set_apart_ = 0;
  std::uint64_t next_position_ = 0;
};

}  // namespace metabatch
