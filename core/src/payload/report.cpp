// SPDX-License-Identifier: Apache-2.0
#include "metabatch/report.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/utf8.hpp"

namespace metabatch {
namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// `<what> of N <unit> exceeded <limit> <unit>`
void write_excess(std::string& out, std::string_view what, std::size_t size, std::size_t limit,
                  std::string_view unit = "bytes") {
  out.assign(what).append(" of ");
  append_number(out, size);
  out.append(" ").append(unit).append(" exceeded ");
  append_number(out, limit);
  out.append(" ").append(unit);
}

}  // namespace

Report ReportLimits::apply(const Uuid& agent, std::span<const RawItem> items, WallTime stamp) {
  keys_.clear();
  values_.clear();
  errors_.clear();
  stamps_.clear();
  refused_.clear();
  rooms_used_ = 0;
  error_.reset();
  std::size_t key_bytes = 0;
  for (std::size_t index = 0; index < items.size(); ++index) {
    key_bytes += items[index].key.size();
    if (key_bytes > kMaxReportKeyBytes) {
      error_ = Error{Errc::keys_too_long, key_bytes};
      break;
    }
    take(index, items[index], stamp);
  }
  return {agent, keys_, values_, errors_, stamps_};
}

void ReportLimits::take(std::size_t index, const RawItem& item, WallTime stamp) {
  const std::uint64_t sanitized_before = sanitized_;
  const std::string_view key = kept(item.key, std::string_view::npos);
  const std::size_t characters = key.size() > kMaxKeyCharacters ? count_code_points(key) : 0;
  if (characters > kMaxKeyCharacters) {
    sanitized_ = sanitized_before;  // nothing of it is handed on
    refused_.push_back({index, characters});
    ++refused_items_;
    return;
  }
  keys_.push_back(key);
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
