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

/// The strings of one update, to be made unreadable when the call that was given them is over.
struct Text {
  std::string key, value, error;
  WallTime collected_at{};

  void overwrite();
};

/// Draws small worlds, so that keys repeat, stamps tie, capacities fill and deadlines are met exactly; now and then a
/// larger one with dozens of agents and keys.
class Draw {
 public:
  explicit Draw(Choices& choices) : choices_(choices) {}

  Uuid agent();
  Text text();
  /// What one agent sends: mostly one of a few key sets, all of one stamp, as agents do; else anything.
  std::deque<Text> report();
  Config config();
  /// Another setting or two; impossible ones now and then.
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
};

}  // namespace metabatch::oracle
