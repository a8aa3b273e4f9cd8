// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario_text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace metabatch {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000;  // what a number may come to before its last digit

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The digits of a number, which may be written with a comma before every three of them: `100,000`.
Result<std::string> without_commas(std::string_view text) {
  if (text.find(',') == std::string_view::npos) return std::string(text);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_place_of_comma = i > 0 && (text.size() - i) % 4 == 0;
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (is_place_of_comma ? text[i] != ',' : !is_digit) return unreadable(i);
    if (is_digit) digits += text[i];
  }
  return digits;
}

Result<std::int64_t> parse_integer(std::string_view text) {
  const Result<std::string> digits = without_commas(text);
  if (!digits) return digits.error();
  std::int64_t number = 0;
  const char* const last = digits->data() + digits->size();
  const auto [end, code] = std::from_chars(digits->data(), last, number);
  if (code == std::errc::result_out_of_range)
    return Error{text[0] == '-' ? Errc::field_too_small : Errc::field_too_large};
  if (code != std::errc{} || end != last)
    return unreadable(code != std::errc{} ? 0 : static_cast<std::size_t>(end - digits->data()));
  return number;
}

/// A number of bytes, which may have a unit: `16 MiB`.
Result<std::int64_t> parse_size(std::string_view text) {
  int shift = 0;
  for (const std::string_view unit : {"KiB", "MiB", "GiB"}) {
    shift += 10;
    if (!text.ends_with(unit)) continue;
    const Result<std::int64_t> number = parse_integer(trimmed(text.substr(0, text.size() - unit.size())));
    if (!number || *number < 0) return number;
    if (*number > std::numeric_limits<std::int64_t>::max() >> shift) return Error{Errc::field_too_large};
    return *number << shift;
  }
  return parse_integer(text);
}

/// `digits[.digits]` as an integer of that many digits behind the point; what is below is refused,
/// not cut.
Result<std::int64_t> parse_decimal(std::string_view text, int places) {
  std::int64_t number = 0;
  std::size_t at = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point && at > 0) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || (point && places == 0)) return unreadable(at);
    if (number > kMost) return Error{Errc::field_too_large};
    number = number * 10 + (c - '0');
    if (point) --places;
  }
  if (at == 0 || text.back() == '.') return unreadable(at);
  for (; places > 0; --places) number *= 10;
  return number;
}

Result<std::int64_t> parse_share(std::string_view text) {
  if (text.size() > 3 && text.substr(text.size() - 3) == "ppm")
    return parse_decimal(trimmed(text.substr(0, text.size() - 3)), 0);
  if (text.size() > 1 && text.back() == '%') return parse_decimal(trimmed(text.substr(0, text.size() - 1)), 4);
  return parse_decimal(text, 6);
}

/// A share in percent, without zeros that say nothing.
std::string format_share(std::int64_t per_million) {
  std::string text = std::to_string(per_million / 10'000);
  if (per_million % 10'000 != 0) {
    std::string rest = std::to_string(10'000 + per_million % 10'000);
    rest[0] = '.';
    while (rest.back() == '0') rest.pop_back();
    text += rest;
  }
  return text + "%";
}

Result<std::int64_t> parse_choice(const ScenarioField& field, std::string_view text) {
  for (std::size_t i = 0; i < field.choices.size(); ++i)
    if (same_name(field.choices[i], text)) return static_cast<std::int64_t>(i);
  return unreadable(0);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || ((x == '_' || x == '-') && (y == '_' || y == '-')); });
}

Error unreadable(std::size_t at) { return {Errc::field_unreadable, at}; }

Error within(std::string_view text, std::string_view part, Error error) {
  return unreadable(static_cast<std::size_t>(part.data() - text.data()) + error.at);
}

Result<std::int64_t> parse_time(std::string_view text) {
  const Result<Duration> parsed = parse_duration(text);
  if (!parsed) return unreadable(parsed.error().at);
  return std::int64_t{parsed->count()};
}

Result<std::int64_t> parse_field_number(const ScenarioField& field, std::string_view text) {
  switch (field.kind) {
    case FieldKind::integer: return field.name.ends_with("bytes") ? parse_size(text) : parse_integer(text);
    case FieldKind::duration: return parse_time(text);
    case FieldKind::share: return parse_share(text);
    case FieldKind::choice: return parse_choice(field, text);
    case FieldKind::list: break;
  }
  return unreadable(0);
}

std::string format_field_number(const ScenarioField& field, std::int64_t number) {
  switch (field.kind) {
    case FieldKind::integer: return std::to_string(number);
    case FieldKind::duration: return format_duration(Duration(number));
    case FieldKind::share: return format_share(number);
    case FieldKind::choice: {
      const auto index = static_cast<std::size_t>(number);
      return index < field.choices.size() ? std::string(field.choices[index]) : "?";
    }
    case FieldKind::list: break;
  }
  return {};
}

Result<FleetChange> parse_fleet_change(std::string_view text) {
  const std::size_t sign = std::min(text.find_first_of("+-", 1), text.size());
  const Result<std::int64_t> at = parse_time(trimmed(text.substr(0, sign)));
  if (!at) return at.error();
  if (sign == text.size()) return unreadable(sign);
  const Result<std::int64_t> agents = parse_integer(text.substr(sign + 1));
  if (!agents || *agents < 0) return unreadable(sign + 1);
  return FleetChange{Duration(*at), text[sign] == '-' ? -*agents : *agents};
}

Result<Window> parse_window(std::string_view text) {
  const std::size_t plus = std::min(text.find('+', 1), text.size());
  const Result<std::int64_t> begin = parse_time(trimmed(text.substr(0, plus)));
  if (!begin) return begin.error();
  if (plus == text.size()) return unreadable(plus);
  const Result<std::int64_t> length = parse_time(trimmed(text.substr(plus + 1)));
  if (!length) return unreadable(plus + 1 + length.error().at);
  return Window{Duration(*begin), Duration(*length)};
}

std::string format(const FleetChange& change) {
  return format_duration(change.at) + (change.agents < 0 ? "" : "+") + std::to_string(change.agents);
}

std::string format(const Window& window) {
  return format_duration(window.begin) + "+" + format_duration(window.length);
}

std::string format(const SettingChange& change) {
  return format_duration(change.at) + ":" + change.field + "=" + change.text;
}

}  // namespace metabatch
