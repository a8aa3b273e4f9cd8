// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/report.hpp"
#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch::engine {

struct FleetOptions {
  std::size_t agents = 600;
  std::size_t keys = 15;
  Duration every = std::chrono::seconds(10);
  std::uint64_t seed = 1;
};

/// Agents that report at an even pace, each at its own phase of the interval, with values as they are met in
/// practice. The same seed gives the same agents, phases and values.
class Fleet {
 public:
  explicit Fleet(const FleetOptions& options);

  [[nodiscard]] std::span<const Uuid> agents() const { return agents_; }
  [[nodiscard]] std::span<const std::string_view> keys() const { return keys_; }
  /// When the next report is due, counted from the start of the fleet.
  [[nodiscard]] Duration next_due() const;
  struct Sent {
    Uuid agent;
    std::span<const RawItem> items;  ///< valid until the next call
  };
  /// The report that is due next, and on to the one after it.
  Sent take_next();

 private:
  void fill(std::size_t key, std::string& value);

  Duration every_;
  std::mt19937_64 random_;
  std::vector<Uuid> agents_;  // in the order of their phases
  std::vector<Duration> phases_;
  std::vector<std::string> key_names_;
  std::vector<std::string_view> keys_;
  std::vector<std::string> values_;
  std::vector<RawItem> items_;
  std::size_t next_ = 0;
  std::int64_t round_ = 0;
};

}  // namespace metabatch::engine
