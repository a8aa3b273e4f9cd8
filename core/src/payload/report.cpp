// SPDX-License-Identifier: Apache-2.0
#include "metabatch/report.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include "base/bytes.hpp"
#include "base/number.hpp"
#include "base/utf8.hpp"

namespace metabatch {
namespace {

/// `<what> of N <unit> exceeded <limit> <unit>`
void write_excess(std::string& out, std::string_view what, std::size_t size, std::size_t limit,
                  std::string_view unit = "bytes") {
  out.assign(what).append(" of ");
  append_number(out, std::uint64_t{size});
  out.append(" ").append(unit).append(" exceeded ");
  append_number(out, std::uint64_t{limit});
  out.append(" ").append(unit);
}

}  // namespace

Report ReportLimits::apply(const Uuid& agent, std::span<const RawItem> items, WallTime stamp, std::size_t most_keys) {
  keys_.clear();
  values_.clear();
  errors_.clear();
  stamps_.clear();
  refused_.clear();
  rooms_used_ = 0;
  repeated_ = 0;
  over_most_keys_ = 0;
  error_.reset();
  read_keys(items);
  mark_repeated();
  for (const Candidate& candidate : candidates_) {
    if (candidate.is_repeated) {
      ++repeated_;
    } else if (keys_.size() == most_keys) {
      refused_.push_back({candidate.index, 0});
      ++over_most_keys_;
    } else {
      take(candidate, items[candidate.index], stamp);
    }
  }
  refused_items_ += refused_.size() + repeated_;
  return {agent, keys_, values_, errors_, stamps_};
}

/// Keys come first, so that nothing else of an item that is left out is read, changed or counted.
void ReportLimits::read_keys(std::span<const RawItem> items) {
  candidates_.clear();
  std::size_t key_bytes = 0;
  for (std::size_t index = 0; index < items.size(); ++index) {
    key_bytes += std::max<std::size_t>(items[index].key.size(), index < kFreeEmptyKeys ? 0 : 1);
    if (key_bytes > kMaxReportKeyBytes) {
      error_ = Error{Errc::keys_too_long, key_bytes};
      return;
    }
    const Sanitized key = sanitize(items[index].key, room());
    const bool is_changed = key.replaced > 0;
    if (is_changed) ++rooms_used_;
    const std::size_t characters = key.text.size() > kMaxKeyCharacters ? count_code_points(key.text) : 0;
    if (characters > kMaxKeyCharacters)
      refused_.push_back({index, characters});
    else
      candidates_.push_back({index, key.text, is_changed});
  }
}

void ReportLimits::mark_repeated() {
  if (candidates_.size() < 2) return;
  places_.assign(std::bit_ceil(candidates_.size() * 2), 0);
  const std::size_t mask = places_.size() - 1;
  for (std::size_t place = 0; place < candidates_.size(); ++place) {
    std::size_t at = static_cast<std::size_t>(hash_bytes(candidates_[place].key, 0)) & mask;
    while (places_[at] != 0 && !equal_bytes(candidates_[places_[at] - 1].key, candidates_[place].key))
      at = (at + 1) & mask;
    if (places_[at] != 0) candidates_[places_[at] - 1].is_repeated = true;
    places_[at] = static_cast<std::uint32_t>(place + 1);
  }
}

void ReportLimits::take(const Candidate& candidate, const RawItem& item, WallTime stamp) {
  if (candidate.is_changed) ++sanitized_;
  keys_.push_back(candidate.key);
  values_.push_back(kept(item.value, kMaxValueBytes));
  errors_.push_back(limited_error(item));
  stamps_.push_back(stamp);
}

std::string_view ReportLimits::limited_error(const RawItem& item) {
  const bool error_too_long = item.error.size() > kMaxErrorBytes;
  if (!error_too_long && item.value.size() <= kMaxValueBytes) return kept(item.error, kMaxErrorBytes);
  std::string& text = room();
  if (error_too_long)
    write_excess(text, "error", item.error.size(), kMaxErrorBytes);
  else
    write_excess(text, "value", item.value.size(), kMaxValueBytes);
  ++rooms_used_;
  return text;
}

std::string_view ReportLimits::kept(std::string_view text, std::size_t max_bytes) {
  const Sanitized clean = sanitize(text, room(), max_bytes);
  if (clean.replaced == 0) return clean.text;
  ++rooms_used_;
  ++sanitized_;
  return clean.text;
}

std::string& ReportLimits::room() {
  if (rooms_used_ == rooms_.size()) rooms_.emplace_back();
  return rooms_[rooms_used_];
}

std::string describe_report(const Error& error) {
  std::string text;
  write_excess(text, "metadata keys", error.at, kMaxReportKeyBytes);
  return text;
}

std::string describe(const RefusedItem& item) {
  if (item.characters == 0) return "one key more than an agent may have";
  std::string text;
  write_excess(text, "metadata key", item.characters, kMaxKeyCharacters, "characters");
  return text;
}

WallTime StampSource::next(WallTime now) {
  if (last_) now = std::max(now, *last_ + std::chrono::microseconds(1));
  last_ = now;
  return now;
}

}  // namespace metabatch
