// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

/// Draws small worlds, so that keys repeat, stamps tie, rooms fill and deadlines are met exactly.
class Draw {
 public:
  explicit Draw(Choices& choices) : choices_(choices) {}

  Uuid agent();
  Text text();
  Config config();
  /// Another setting or two; impossible ones now and then.
  Config change(Config config);
  FlushOutcome outcome(std::size_t entries);
  /// A step of time: nothing, a little, a part of the interval, or several intervals.
  Duration step(Duration interval);

 private:
  void change_one(Config& config);
  void make_impossible(Config& config);
  Choices& choices_;
  std::uint64_t serial_ = 0;
};

}  // namespace metabatch::oracle
