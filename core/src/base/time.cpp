// SPDX-License-Identifier: Apache-2.0
#include "metabatch/time.hpp"

#include <algorithm>
#include <limits>

namespace metabatch {
namespace {

constexpr std::int64_t kMicros = 1'000'000;                     // a second
constexpr std::int64_t kDay = 86'400;                           // seconds
constexpr std::int64_t kEra = 146'097;                          // days of 400 years: the calendar repeats
constexpr std::int64_t kEpochShift = 719'468;                   // days from 0000-03-01 to 1970-01-01
constexpr std::int64_t kEarliest = -210'866'803'200 * kMicros;  // 4714-11-24 BC, PostgreSQL's first day
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

struct Date {
  std::int64_t year, month, day;
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Years are counted from March, so that the leap day is the last of its year and months have a
/// formula.
std::int64_t days_since_epoch(Date date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t month = date.month + (date.month <= 2 ? 9 : -3);  // 0 = March
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t y = year - era * 400;
  return era * kEra + y * 365 + y / 4 - y / 100 + (153 * month + 2) / 5 + date.day - 1 - kEpochShift;
}

Date date_of(std::int64_t days) {
  days += kEpochShift;
  const std::int64_t era = floor_div(days, kEra);
  const std::int64_t d = days - era * kEra;
  const std::int64_t y = (d - d / 1460 + d / 36'524 - d / 146'096) / 365;
  const std::int64_t in_year = d - (365 * y + y / 4 - y / 100);
  const std::int64_t month = (5 * in_year + 2) / 153;
  const std::int64_t civil_month = month < 10 ? month + 3 : month - 9;
  return {y + era * 400 + (civil_month <= 2 ? 1 : 0), civil_month, in_year - (153 * month + 2) / 5 + 1};
}

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  constexpr std::int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads fields from left to right; stops for good at the first offence.
struct Reader {
  std::string_view text;
  std::size_t at = 0;
  bool ok = true;

  [[nodiscard]] char peek() const { return at < text.size() ? text[at] : '\0'; }

  void fail(std::size_t place) {
    if (!ok) return;
    ok = false;
    at = place;
  }

  bool take(std::string_view any_of) {
    if (!ok || at >= text.size() || any_of.find(text[at]) == any_of.npos) return false;
    ++at;
    return true;
  }

  void expect(std::string_view any_of) {
    if (!take(any_of)) fail(at);
  }

  /// A number of exactly `digits` digits from `least` to `most`; out of range, its first byte is
  /// the offence.
  std::int64_t field(std::size_t digits, std::int64_t least, std::int64_t most) {
    const std::size_t start = at;
    std::int64_t value = 0;
    for (std::size_t i = 0; ok && i < digits; ++i) {
      if (!is_digit(peek()))
        fail(at);
      else
        value = value * 10 + (text[at++] - '0');
    }
    if (ok && (value < least || value > most)) fail(start);
    return ok ? value : least;
  }

  std::int64_t year() {
    const bool signs = peek() == '+' || peek() == '-';
    const bool before = peek() == '-';
    if (signs) ++at;
    std::size_t digits = 4;
    while (signs && digits < 6 && at + digits < text.size() && is_digit(text[at + digits])) ++digits;
    const std::int64_t value = field(digits, 0, 999'999);
    return before ? -value : value;
  }

  /// Microseconds of the fraction, half up: 0 to 1,000,000.
  std::int64_t fraction() {
    if (!take(".")) return 0;
    std::int64_t value = 0;
    std::size_t digits = 0;
    if (!is_digit(peek())) fail(at);
    for (; ok && is_digit(peek()); ++at, ++digits) {
      if (digits < 6)
        value = value * 10 + (text[at] - '0');
      else if (digits == 6 && text[at] >= '5')
        ++value;
    }
    for (; digits < 6; ++digits) value *= 10;
    return value;
  }

  /// Seconds east of UTC.
  std::int64_t offset() {
    if (take("Zz")) return 0;
    const bool west = peek() == '-';
    expect("+-");
    const std::int64_t hours = field(2, 0, 23);
    expect(":");
    const std::int64_t east = hours * 3600 + field(2, 0, 59) * 60;
    return west ? -east : east;
  }
};

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};
constexpr Unit kUnits[] = {{"d", 86'400'000'000'000},
                           {"h", 3'600'000'000'000},
                           {"m", 60'000'000'000},
                           {"s", 1'000'000'000},
                           {"ms", 1'000'000},
                           {"us", 1'000},
                           {"ns", 1}};

/// The unit whose name is exactly the letters at the start of `text`; null when there is none.
const Unit* unit_at(std::string_view text) {
  std::size_t letters = 0;
  while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
  for (const Unit& unit : kUnits)
    if (unit.name == text.substr(0, letters)) return &unit;
  return nullptr;
}

std::string_view digits_at(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  return text.substr(0, digits);
}

/// floor(0.digits x unit), exact for any number of digits: from the last digit, as on paper.
std::uint64_t part_of(std::string_view digits, std::uint64_t unit) {
  std::uint64_t part = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
    part = (static_cast<std::uint64_t>(*digit - '0') * unit + part) / 10;
  return part;
}

/// total += whole x unit + part unless that passes `most`.
bool grow(std::uint64_t& total, std::string_view whole, std::uint64_t unit, std::uint64_t part, std::uint64_t most) {
  std::uint64_t number = 0;
  for (const char c : whole) {
    if (number > most / 10) return false;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > most / unit || part > most - number * unit || total > most - number * unit - part) return false;
  total += number * unit + part;
  return true;
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// `.` and the fraction value / 10^digits without trailing zeros; nothing for 0.
void append_fraction(std::string& out, std::uint64_t value, std::size_t digits) {
  if (value == 0) return;
  out += '.';
  append_padded(out, value, digits);
  out.resize(out.find_last_not_of('0') + 1);
}

}  // namespace

Result<WallTime> parse_wall_time(std::string_view text) {
  Reader in{text};
  const std::int64_t year = in.year();
  in.expect("-");
  const std::int64_t month = in.field(2, 1, 12);
  in.expect("-");
  const std::int64_t day = in.field(2, 1, days_in(year, month));
  in.expect("Tt ");
  const std::int64_t hour = in.field(2, 0, 23);
  in.expect(":");
  const std::int64_t minute = in.field(2, 0, 59);
  in.expect(":");
  const std::int64_t second = in.field(2, 0, 60);
  const std::int64_t micros = in.fraction();
  const std::int64_t east = in.offset();
  if (in.at != text.size()) in.fail(in.at);
  if (!in.ok) return Error{Errc::bad_time, in.at};
  const std::int64_t seconds = days_since_epoch({year, month, day}) * kDay + hour * 3600 + minute * 60 + second - east;
  if (seconds < kEarliest / kMicros || seconds > kLatest / kMicros) return Error{Errc::time_out_of_range};
  if (seconds > 0 && micros > kLatest - seconds * kMicros) return Error{Errc::time_out_of_range};
  return WallTime(std::chrono::microseconds(seconds * kMicros + micros));
}

std::string format_wall_time(WallTime time) {
  const std::int64_t micros = time.time_since_epoch().count();
  const std::int64_t seconds = floor_div(micros, kMicros);
  const std::int64_t days = floor_div(seconds, kDay);
  const Date date = date_of(days);
  const std::int64_t of_day = seconds - days * kDay;
  std::string out;
  out.reserve(32);
  if (date.year < 0 || date.year > 9999) out += date.year < 0 ? '-' : '+';
  const auto two = [&out](char before, std::int64_t value) {
    out += before;
    append_padded(out, static_cast<std::uint64_t>(value), 2);
  };
  append_padded(out, static_cast<std::uint64_t>(date.year < 0 ? -date.year : date.year), 4);
  two('-', date.month);
  two('-', date.day);
  two('T', of_day / 3600);
  two(':', of_day / 60 % 60);
  two(':', of_day % 60);
  append_fraction(out, static_cast<std::uint64_t>((micros % kMicros + kMicros) % kMicros), 6);
  out += 'Z';
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  std::size_t at = negative || (!text.empty() && text[0] == '+') ? 1 : 0;
  if (text.substr(at) == "0") return Duration{};
  const std::uint64_t most = (std::uint64_t{1} << 63) - (negative ? 0 : 1);
  std::uint64_t total = 0;
  do {
    const std::size_t start = at;
    const std::string_view whole = digits_at(text.substr(at));
    at += whole.size();
    if (whole.empty()) return Error{Errc::bad_duration, at};
    std::string_view fraction;
    if (at < text.size() && text[at] == '.') {
      fraction = digits_at(text.substr(++at));
      at += fraction.size();
      if (fraction.empty()) return Error{Errc::bad_duration, at};
    }
    const Unit* unit = unit_at(text.substr(at));
    if (unit == nullptr) return Error{Errc::bad_duration, at};
    if (!grow(total, whole, unit->nanoseconds, part_of(fraction, unit->nanoseconds), most))
      return Error{Errc::bad_duration, start};
    at += unit->name.size();
  } while (at < text.size());
  // Negated as unsigned: the most negative value has no positive twin.
  return Duration(static_cast<std::int64_t>(negative ? std::uint64_t{0} - total : total));
}

std::string format_duration(Duration duration) {
  const std::int64_t signed_count = duration.count();
  if (signed_count == 0) return "0";
  std::string out;
  if (signed_count < 0) out += '-';
  auto left = static_cast<std::uint64_t>(signed_count);
  if (signed_count < 0) left = std::uint64_t{0} - left;
  for (const Unit& unit : kUnits) {
    if (left < unit.nanoseconds) continue;
    out += std::to_string(left / unit.nanoseconds);
    left %= unit.nanoseconds;
    if (unit.nanoseconds <= 1'000'000'000) {  // from seconds down the rest is a fraction
      append_fraction(out, left, std::to_string(unit.nanoseconds).size() - 1);
      left = 0;
    }
    out += unit.name;
  }
  return out;
}

}  // namespace metabatch
