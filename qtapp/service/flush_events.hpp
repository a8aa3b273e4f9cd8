// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "engine/engine.hpp"
#include "service/log.hpp"

namespace metabatch::service {

/// Logs facts about flushes that an operator needs. Called by one flush at a time.
class FlushEvents {
 public:
  explicit FlushEvents(Log& log) : log_(log) {}
  void record(const engine::FlushRecord& flush);

 private:
  Log& log_;
  std::set<std::size_t> failing_;  // lanes whose last flush failed
};

}  // namespace metabatch::service
