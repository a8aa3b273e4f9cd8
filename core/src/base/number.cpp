// SPDX-License-Identifier: Apache-2.0
#include "base/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace metabatch {
namespace {

/// An unsigned integer of at most 1280 bits: enough for any double times ten, and its divisor.
class Big {
 public:
  explicit Big(std::uint64_t value)
      : words_{static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)} {}

  void multiply(std::uint32_t factor) {
    std::uint64_t carry = 0;
    for (std::uint32_t& word : words_) {
      carry += std::uint64_t{word} * factor;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }

  void shift_left(int bits) {
    for (; bits >= 31; bits -= 31) multiply(1U << 31);
    multiply(1U << bits);
  }

  Big& operator+=(const Big& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < kWords; ++i) {
      carry += std::uint64_t{words_[i]} + other.words_[i];
      words_[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    return *this;
  }

  /// Only when *this is not less than `other`.
  Big& operator-=(const Big& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint64_t difference = std::uint64_t{words_[i]} - other.words_[i] - borrow;
      words_[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63;
    }
    return *this;
  }

  /// Negative, 0 or positive.
  [[nodiscard]] int compare(const Big& other) const {
    for (std::size_t i = kWords; i-- > 0;)
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    return 0;
  }

 private:
  static constexpr std::size_t kWords = 40;
  std::array<std::uint32_t, kWords> words_{};
};

struct Decimal {
  std::array<char, 17> digits{};
  std::size_t size = 0;
  int exponent = 0;  ///< of the first digit: d.ddd x 10^exponent
};

/// The remainder of a number to print, all over one scale: value = rest/scale, and any number
/// between rest - low and rest + high reads back as the same double (the ends too when its last bit
/// is even).
struct Printing {
  Big rest, scale, high, low;
  bool ends_count;

  [[nodiscard]] bool low_enough() const {
    const int order = rest.compare(low);
    return ends_count ? order <= 0 : order < 0;
  }
  [[nodiscard]] bool high_enough() const {
    Big top = rest;
    top += high;
    const int order = top.compare(scale);
    return ends_count ? order >= 0 : order > 0;
  }
  void times_ten() {
    rest.multiply(10);
    high.multiply(10);
    low.multiply(10);
  }
};

Printing start(double value) {
  int exponent = 0;
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  exponent -= 53;
  // Subnormals have fewer bits: their last one stays at 2^-1074.
  const int lost = std::max(0, -1074 - exponent);
  const std::uint64_t bits = mantissa >> lost;
  exponent += lost;
  const bool uneven = bits == (std::uint64_t{1} << 52) && exponent > -1074;  // the gap below is half as wide
  Printing p{Big(bits), Big(1), Big(1), Big(1), bits % 2 == 0};
  p.rest.shift_left(1 + (uneven ? 1 : 0) + std::max(exponent, 0));
  p.scale.shift_left(1 + (uneven ? 1 : 0) + std::max(-exponent, 0));
  p.high.shift_left((uneven ? 1 : 0) + std::max(exponent, 0));
  p.low.shift_left(std::max(exponent, 0));
  return p;
}

/// Scales until the first digit is next; answers its exponent.
int align(Printing& p) {
  int exponent = -1;
  for (; p.high_enough(); ++exponent) p.scale.multiply(10);
  for (;; --exponent) {
    Printing ten = p;
    ten.times_ten();
    if (ten.high_enough()) return exponent;
    p = ten;
  }
}

/// Of a finite value above 0.
Decimal shortest(double value) {
  Printing p = start(value);
  Decimal decimal;
  decimal.exponent = align(p);
  for (;;) {
    p.times_ten();
    int digit = 0;
    for (; p.rest.compare(p.scale) >= 0; ++digit) p.rest -= p.scale;
    const bool low = p.low_enough();
    const bool high = p.high_enough();
    if (high || low) {
      Big twice = p.rest;
      twice += p.rest;
      const int half = twice.compare(p.scale);
      if (high && (!low || half > 0 || (half == 0 && digit % 2 == 1))) ++digit;
    }
    decimal.digits[decimal.size++] = static_cast<char>('0' + digit);
    if (high || low || decimal.size == decimal.digits.size()) return decimal;
  }
}

void append_plain(std::string& out, std::string_view digits, int exponent) {
  const auto whole = static_cast<std::size_t>(std::max(exponent + 1, 0));
  if (whole == 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  out += digits.substr(0, whole);
  if (digits.size() < whole) out.append(whole - digits.size(), '0');
  if (digits.size() > whole) out.append(".").append(digits.substr(whole));
}

void append_scientific(std::string& out, std::string_view digits, int exponent) {
  out += digits[0];
  if (digits.size() > 1) out.append(".").append(digits.substr(1));
  out += exponent < 0 ? "e-" : "e+";
  const auto magnitude = static_cast<std::uint64_t>(std::abs(exponent));
  if (magnitude < 10) out += '0';
  append_number(out, magnitude);
}

constexpr int kExactPower = 22;             // 10^22 is the largest power of ten that is a double
constexpr int kMostExponent = 100'000'000;  // more is as good as this
constexpr std::uint64_t kMostDigits = 1'000'000'000'000'000'000;

/// The digits of a number and the power of ten behind them, from left to right.
struct NumberReader {
  std::string_view text;
  std::size_t at = 0;
  std::uint64_t digits = 0;
  int exponent = 0;
  bool has_digits = false;

  [[nodiscard]] bool take(std::string_view any_of) {
    if (at >= text.size() || any_of.find(text[at]) == any_of.npos) return false;
    ++at;
    return true;
  }
  /// Digits that do not fit any more only count.
  void read_digits(bool is_fraction) {
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      has_digits = true;
      const bool is_kept = digits < kMostDigits;
      if (is_kept) digits = digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
      if (is_fraction && is_kept) exponent = std::max(exponent - 1, -kMostExponent);
      if (!is_fraction && !is_kept) exponent = std::min(exponent + 1, kMostExponent);
    }
  }
  [[nodiscard]] bool read_exponent() {
    if (!take("eE")) return true;
    const bool is_negative = at < text.size() && text[at] == '-';
    if (!take("+-") && at == text.size()) return false;
    const std::size_t begin = at;
    int read = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      read = std::min(read * 10 + (text[at] - '0'), kMostExponent);
    exponent += is_negative ? -read : read;
    return at > begin;
  }
};

double scaled(std::uint64_t digits, int exponent) {
  auto value = static_cast<double>(digits);
  for (; exponent > kExactPower && value > 0 && !std::isinf(value); exponent -= kExactPower) value *= 1e22;
  for (; exponent < -kExactPower && value > 0; exponent += kExactPower) value /= 1e22;
  double power = 1;
  for (int i = 0; i < std::min(std::abs(exponent), kExactPower); ++i) power *= 10;
  return exponent < 0 ? value / power : value * power;
}

}  // namespace

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_number(std::string& out, double value) {
  if (std::isnan(value) || std::isinf(value)) {
    out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::abs(value);
  if (value < 0x1p53 && value == std::floor(value)) return append_number(out, static_cast<std::uint64_t>(value));
  const Decimal decimal = shortest(value);
  const std::string_view digits(decimal.digits.data(), decimal.size);
  if (decimal.exponent < -4 || decimal.exponent >= 21)
    append_scientific(out, digits, decimal.exponent);
  else
    append_plain(out, digits, decimal.exponent);
}

std::optional<double> parse_number(std::string_view text) {
  NumberReader in{text};
  const bool is_negative = text.starts_with('-');
  (void)in.take("+-");
  in.read_digits(false);
  if (in.take(".")) in.read_digits(true);
  if (!in.has_digits || !in.read_exponent() || in.at != text.size()) return std::nullopt;
  const double value = scaled(in.digits, in.exponent);
  if (std::isinf(value)) return std::nullopt;
  return is_negative ? -value : value;
}

}  // namespace metabatch
