// SPDX-License-Identifier: Apache-2.0
// Any bytes as a line of a recorded session: a parsed line is written back, and is then read as the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>

#include "recording/session_lines.hpp"

using namespace metabatch;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string written(const SessionLine& line) {
  return std::visit(
      [](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::monostate>)
          return std::string();
        else
          return session_line(one);
      },
      line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = parse_session_line(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!line || std::holds_alternative<std::monostate>(*line)) return 0;
  const std::string once = written(*line);
  require(!once.empty() && once.back() == '\n' && once.find('\n') == once.size() - 1);
  const auto again = parse_session_line(std::string_view(once).substr(0, once.size() - 1));
  require(again.has_value() && again->index() == line->index());
  require(written(*again) == once);
  return 0;
}
