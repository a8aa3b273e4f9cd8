// SPDX-License-Identifier: Apache-2.0
#include "simulation/event_log.hpp"

#include "base/number.hpp"

namespace metabatch {

EventLog& EventLog::line(Duration now, std::string_view event) {
  text_.clear();
  append_number(text_, static_cast<std::uint64_t>(now.count()));
  return word(event);
}

EventLog& EventLog::word(std::string_view text) {
  text_ += ' ';
  text_ += text;
  return *this;
}

EventLog& EventLog::number(std::string_view name, std::uint64_t value) {
  named(name, {});
  append_number(text_, value);
  return *this;
}

EventLog& EventLog::named(std::string_view name, std::string_view value) {
  word(name);
  text_ += '=';
  text_ += value;
  return *this;
}

void EventLog::end() {
  if (sink_) sink_(text_);
  text_ += '\n';
  digest_.update(text_);
  ++lines_;
}

}  // namespace metabatch
