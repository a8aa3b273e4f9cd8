// SPDX-License-Identifier: Apache-2.0
#include "fleet/fleet_arrivals.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace metabatch {
namespace {

constexpr std::string_view kSymbols = "abcdefghijklmnopqrstuvwxyz0123456789 .%/-_:ABCDEFGHIJKLMNOPQRSTU";
constexpr std::string_view kKeyTail = "_of_the_agent_as_it_was_measured_";
constexpr std::size_t kDigits = 4;  // of a key's number, behind the first byte

std::string make_key(std::size_t number, std::size_t bytes) {
  std::string key(1 + kDigits, 'k');
  for (std::size_t digit = kDigits; digit > 0; --digit, number /= 10) key[digit] = static_cast<char>('0' + number % 10);
  for (std::size_t i = 0; key.size() < bytes; ++i) key += kKeyTail[i % kKeyTail.size()];
  return key;
}

}  // namespace

ReportTexts::ReportTexts(const Fleet& fleet, std::uint64_t seed)
    : salt_(seed),
      shortest_(static_cast<std::uint64_t>(fleet.value_bytes_least)),
      lengths_(static_cast<std::uint64_t>(fleet.value_bytes_most - fleet.value_bytes_least) + 1) {
  static_assert(kSymbols.size() == 64);
  Rng rng(seed);
  pool_.resize(kOffsets + static_cast<std::size_t>(fleet.value_bytes_most));
  for (char& c : pool_) c = kSymbols[static_cast<std::size_t>(rng.below(kSymbols.size()))];
  const auto keys = static_cast<std::size_t>(fleet.keys), bytes = static_cast<std::size_t>(fleet.key_bytes);
  for (std::size_t i = 0; i < keys; ++i) key_bytes_ += make_key(i, bytes);
  for (std::size_t i = 0; i < keys; ++i) keys_.push_back(std::string_view(key_bytes_).substr(i * bytes, bytes));
  values_.resize(keys);
  errors_.resize(keys);
  stamps_.resize(keys);
}

Report ReportTexts::report(const Uuid& agent, std::uint32_t number, std::uint32_t version, WallTime stamp) {
  std::uint64_t bits = mix(salt_ ^ number, 0x9e37'79b9'7f4a'7c15 + version);
  for (std::string_view& value : values_) {
    bits = bits * 0xd134'2543'de82'ef95 + 1;
    const auto offset = static_cast<std::size_t>(bits >> 52);  // 12 bits: kOffsets
    const std::uint64_t length = shortest_ + ((bits >> 20 & 0xffff'ffff) * lengths_ >> 32);
    value = {pool_.data() + offset, static_cast<std::size_t>(length)};
  }
  std::fill(stamps_.begin(), stamps_.end(), stamp);
  return {agent, keys_, values_, errors_, stamps_};
}

std::uint32_t ReportTexts::key_number(std::string_view key) const {
  std::uint32_t number = 0;
  for (std::size_t digit = 1; digit <= kDigits; ++digit)
    number = number * 10 + static_cast<std::uint32_t>(key[digit] - '0');
  return number;
}

}  // namespace metabatch
