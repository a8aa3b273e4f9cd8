// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/number.hpp"
#include "base/sha256.hpp"
#include "metabatch/simulation/simulator.hpp"

namespace metabatch {

/// The event log of a simulation: written line by line into a digest, and to whoever wants to see it. Keeps nothing.
class EventLog {
 public:
  /// Begins a line. Parts that follow belong to it until end().
  EventLog& line(Duration now, std::string_view event) {
    text_.clear();
    append_number(text_, static_cast<std::uint64_t>(now.count()));
    return word(event);
  }
  EventLog& word(std::string_view text) {
    text_ += ' ';
    text_ += text;
    return *this;
  }
  EventLog& number(std::string_view name, std::uint64_t value) {
    word(name);
    text_ += '=';
    append_number(text_, value);
    return *this;
  }
  EventLog& named(std::string_view name, std::string_view value) {
    word(name);
    text_ += '=';
    text_ += value;
    return *this;
  }
  void end() {
    if (sink_) sink_(text_);
    text_ += '\n';
    digest_.update(text_);
    ++lines_;
  }

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
