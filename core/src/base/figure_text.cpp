// SPDX-License-Identifier: Apache-2.0
#include "base/figure_text.hpp"

#include <cmath>
#include <cstdint>

namespace metabatch {
namespace {

/// Commas between every three of the digits, which may have a sign in front.
std::string with_commas(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

}  // namespace

std::string figure(double number) {
  if (!(std::abs(number) >= 1e-9)) return "0";
  if (std::isinf(number)) return number > 0 ? "infinite" : "-infinite";
  int places = 0;
  double scale = 1;  // 10 to the places, exactly
  for (double left = std::abs(number); left < 99.95 && places < 9; left *= 10, scale *= 10) ++places;
  const auto whole = static_cast<std::int64_t>(std::llround(std::abs(number) * scale));
  std::string digits = std::to_string(whole);
  const auto behind = static_cast<std::size_t>(places);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  std::string text = with_commas(digits.substr(0, digits.size() - behind));
  std::string fraction = digits.substr(digits.size() - behind);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (number < 0) text.insert(0, 1, '-');
  if (!fraction.empty()) text.append(".").append(fraction);
  return text;
}

std::string whole_figure(std::int64_t number) { return with_commas(std::to_string(number)); }

std::string count_figure(double number) { return figure(std::round(number)); }

std::string counted_figure(double number, std::string_view one, std::string_view many) {
  const std::string count = count_figure(number);
  return count + ' ' + std::string(count == "1" ? one : many);
}

std::string percent_figure(double share) {
  std::string text = figure(share * 100);
  if (share < 1 && text == "100") text = "99.9";
  return text + " %";
}

std::string span_figure(double seconds) {
  if (seconds > 0 && seconds < 0.001) return figure(seconds * 1e6) + " us";
  if (seconds > 0 && seconds < 1) return figure(seconds * 1e3) + " ms";
  if (seconds < 10) return figure(seconds) + " s";
  if (seconds < 120) return count_figure(seconds) + " s";
  if (seconds < 7200) return count_figure(seconds / 60) + " min";
  return count_figure(seconds / 3600) + " h";
}

std::string bytes_figure(double bytes) {
  constexpr double kKibi = 1024;
  if (bytes < kKibi) return count_figure(bytes) + " B";
  if (bytes < kKibi * kKibi) return figure(bytes / kKibi) + " KiB";
  if (bytes < kKibi * kKibi * kKibi) return figure(bytes / kKibi / kKibi) + " MiB";
  return figure(bytes / kKibi / kKibi / kKibi) + " GiB";
}

}  // namespace metabatch
