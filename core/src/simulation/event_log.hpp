// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/sha256.hpp"
#include "metabatch/simulation/simulator.hpp"

namespace metabatch {

/// The event log of a simulation: written line by line into a digest, and to whoever wants to see
/// it. Keeps nothing.
class EventLog {
 public:
  /// Begins a line. Parts that follow belong to it until end().
  EventLog& line(Duration now, std::string_view event);
  EventLog& word(std::string_view text);
  EventLog& number(std::string_view name, std::uint64_t value);
  EventLog& named(std::string_view name, std::string_view value);
  void end();

  void set_sink(EventSink sink) { sink_ = std::move(sink); }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::string digest() const { return digest_.hex(); }

 private:
  std::string text_;
  Sha256 digest_;
  EventSink sink_;
  std::uint64_t lines_ = 0;
};

}  // namespace metabatch
