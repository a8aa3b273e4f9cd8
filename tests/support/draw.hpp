// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "metabatch/config.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"
#include "support/operations.hpp"

namespace metabatch::oracle {

/// The strings of one update. They are destroyed after the call that received them, so that a view
/// that is kept is detected.
struct Text {
  std::string key, value, error;
  WallTime collected_at{};

  void overwrite();
};

/// Draws small fleets, so that keys repeat, stamps tie, capacities fill and deadlines are met
/// exactly. Sometimes it draws a larger one with dozens of agents and keys.
class Draw {
 public:
  explicit Draw(Choices& choices) : choices_(choices) {}

  Uuid agent();
  Text text();
  /// The report of one agent: mostly one of a few key sets with one stamp, as agents send it;
  /// sometimes arbitrary items.
  std::deque<Text> report();
  Config config();
  /// Changes one or two settings, sometimes to impossible values.
  Config change(Config config);
  FlushOutcome outcome(std::size_t entries);
  /// A step of time: nothing, a little, a part of the interval, or several intervals.
  Duration step(Duration interval);

 private:
  void change_one(Config& config);
  void make_impossible(Config& config);
  std::string key();
  Choices& choices_;
  std::uint64_t serial_ = 0;
  bool large_ = false;
  bool down_ = false;  // nearly every flush fails
};

}  // namespace metabatch::oracle
