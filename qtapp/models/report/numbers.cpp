// SPDX-License-Identifier: Apache-2.0
#include "models/report/numbers.hpp"

#include <cmath>
#include <cstdio>

namespace metabatch::report {
namespace {

std::string formatted(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string rate_text(double rate) {
  if (rate >= 99.95) return with_commas(static_cast<std::uint64_t>(std::llround(rate)));
  return formatted(rate < 0.995 ? "%.2f" : "%.1f", rate);
}

std::string seconds_text(double seconds) {
  if (seconds < 0.01) return formatted("%.1f ms", seconds * 1e3);
  if (seconds < 0.9995) return formatted("%.0f ms", seconds * 1e3);
  if (seconds < 9.95) return formatted("%.1f s", seconds);
  if (seconds < 119.5) return formatted("%.0f s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  return with_commas(whole / 60) + " m " + std::to_string(whole % 60) + " s";
}

std::string percent_text(double share) { return formatted("%.1f %%", share * 100); }

std::string counted(std::uint64_t number, std::string_view noun) {
  std::string text = with_commas(number).append(" ").append(noun);
  if (number == 1) return text;
  if (!noun.ends_with("y") || noun.ends_with("key")) return text + "s";
  text.pop_back();
  return text + "ies";
}

}  // namespace metabatch::report
