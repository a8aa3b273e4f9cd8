// SPDX-License-Identifier: Apache-2.0
#include "fleet/report_texts.hpp"

#include <algorithm>
#include <iterator>

#include "base/bytes.hpp"
#include "base/number.hpp"
#include "base/rng.hpp"

namespace metabatch {
namespace {

constexpr std::string_view kSymbols = "abcdefghijklmnopqrstuvwxyz0123456789 .%/-_:ABCDEFGHIJKLMNOPQRSTU";
constexpr std::string_view kKeyTail = "_of_the_agent_as_it_was_measured_";
constexpr std::size_t kDigits = 4;  // of a key's number, behind the first byte

/// A key as templates of workspaces define them, and what its values look like: a number below
/// `range` between two texts.
struct Kind {
  std::string_view key, before, after;
  std::uint64_t range;
};
constexpr Kind kKinds[] = {
    {"0_cpu_usage", "", " %", 101},
    {"1_memory_usage", "", ".3/16 GiB", 16},
    {"2_home_disk", "", " %", 101},
    {"3_load_average", "", ".42", 8},
    {"4_uptime", "up ", " minutes", 10'000},
    {"5_network_rx", "", " kB/s", 90'000},
    {"6_network_tx", "", " kB/s", 40'000},
    {"7_swap", "", " MiB", 2048},
    {"8_processes", "", "", 400},
    {"9_open_files", "", "", 60'000},
    {"containers", "", " running", 12},
    {"git_branch", "feature/", "", 900},
    {"temperature", "",
     " \xC2\xB0"
     "C",
     90},
    {"users", "", "", 4},
    {"weather", "\xE2\x98\x80\xEF\xB8\x8F +", "", 35},
};
constexpr unsigned kErrorOneIn = 500;  // a script that timed out now and then
constexpr std::string_view kError = "context deadline exceeded";

/// `k` or `x` and the number of the key: ascending in byte order.
std::string numbered_key(char first, std::size_t number) {
  std::string key(1 + kDigits, first);
  for (std::size_t digit = kDigits; digit > 0; --digit, number /= 10) key[digit] = static_cast<char>('0' + number % 10);
  return key;
}

std::string random_key(std::size_t number, std::size_t bytes) {
  std::string key = numbered_key('k', number);
  for (std::size_t i = 0; key.size() < bytes; ++i) key += kKeyTail[i % kKeyTail.size()];
  return key;
}

std::string lifelike_key(std::size_t number) {
  return number < std::size(kKinds) ? std::string(kKinds[number].key) : numbered_key('x', number + 1) + "_metadata";
}

}  // namespace

ReportTexts::ReportTexts(const Fleet& fleet, std::uint64_t seed, TextStyle style)
    : style_(style),
      salt_(seed),
      shortest_(static_cast<std::uint64_t>(fleet.value_bytes_least)),
      lengths_(static_cast<std::uint64_t>(fleet.value_bytes_most - fleet.value_bytes_least) + 1) {
  static_assert(kSymbols.size() == 64);
  const auto keys = static_cast<std::size_t>(fleet.keys), bytes = static_cast<std::size_t>(fleet.key_bytes);
  for (std::size_t i = 0; i < keys; ++i)
    key_names_.push_back(style == TextStyle::random ? random_key(i, bytes) : lifelike_key(i));
  keys_.assign(key_names_.begin(), key_names_.end());
  values_.resize(keys);
  errors_.resize(keys);
  stamps_.resize(keys);
  if (style == TextStyle::lifelike) {
    written_.resize(keys);
    return;
  }
  Rng rng(seed);
  pool_.resize(kOffsets + static_cast<std::size_t>(fleet.value_bytes_most));
  for (char& c : pool_) c = kSymbols[static_cast<std::size_t>(rng.below(kSymbols.size()))];
}

Report ReportTexts::report(const Uuid& agent, std::uint32_t number, std::uint32_t version, WallTime stamp) {
  if (style_ == TextStyle::random) {
    fill_random(number, version);
  } else {
    fill_lifelike(number, version);
  }
  std::fill(stamps_.begin(), stamps_.end(), stamp);
  return {agent, keys_, values_, errors_, stamps_};
}

void ReportTexts::fill_random(std::uint32_t number, std::uint32_t version) {
  std::uint64_t bits = mix(salt_ ^ number, 0x9e37'79b9'7f4a'7c15 + version);
  for (std::string_view& value : values_) {
    bits = bits * 0xd134'2543'de82'ef95 + 1;
    const auto offset = static_cast<std::size_t>(bits >> 52);  // 12 bits: kOffsets
    const std::uint64_t length = shortest_ + ((bits >> 20 & 0xffff'ffff) * lengths_ >> 32);
    value = {pool_.data() + offset, static_cast<std::size_t>(length)};
  }
}

void ReportTexts::fill_lifelike(std::uint32_t number, std::uint32_t version) {
  Rng random(mix(salt_ ^ number, 0x9e37'79b9'7f4a'7c15 + version));
  for (std::size_t key = 0; key < values_.size(); ++key) {
    const Kind& kind = kKinds[key % std::size(kKinds)];
    const bool has_failed = random.below(kErrorOneIn) == 0;
    const std::uint64_t drawn = random.below(kind.range);
    std::string& text = written_[key];
    text.clear();
    if (!has_failed) {
      text = kind.before;
      append_number(text, drawn);
      text += kind.after;
    }
    values_[key] = text;
    errors_[key] = has_failed ? kError : std::string_view();
  }
}

std::uint32_t ReportTexts::key_number(std::string_view key) const {
  if (style_ == TextStyle::lifelike)
    return static_cast<std::uint32_t>(std::lower_bound(keys_.begin(), keys_.end(), key) - keys_.begin());
  std::uint32_t number = 0;
  for (std::size_t digit = 1; digit <= kDigits; ++digit)
    number = number * 10 + static_cast<std::uint32_t>(key[digit] - '0');
  return number;
}

}  // namespace metabatch
