// SPDX-License-Identifier: Apache-2.0
#include "feed/decoding/read_ahead.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace metabatch::feed {
namespace {

using Memory = std::pmr::memory_resource;

std::string_view keep(std::string_view text, Memory& memory) {
  if (text.empty()) return {};
  char* const kept = static_cast<char*>(memory.allocate(text.size(), 1));
  std::memcpy(kept, text.data(), text.size());
  return {kept, text.size()};
}

std::span<const RawItem> keep(std::span<const RawItem> items, Memory& memory) {
  if (items.empty()) return {};
  auto* const kept = static_cast<RawItem*>(memory.allocate(items.size_bytes(), alignof(RawItem)));
  for (std::size_t i = 0; i < items.size(); ++i)
    new (kept + i) RawItem{keep(items[i].key, memory), keep(items[i].value, memory), keep(items[i].error, memory)};
  return {kept, items.size()};
}

}  // namespace

ReadAhead::ReadAhead(Input& input, Stop& stop) : input_(input), stop_(stop), source_(input, &stop) {
  input_.set_on_read([this] { hand_over(false); });
  input_.set_on_pause([this] { hand_over(true); });
  thread_ = std::thread([this] { run(); });
}

ReadAhead::~ReadAhead() {
  leave();
  input_.set_on_read({});
  input_.set_on_pause({});
}

void ReadAhead::leave() {
  if (!thread_.joinable()) return;
  bool is_read = false;
  {
    const std::lock_guard lock(mutex_);
    is_left_ = true;
    is_read = is_read_;
  }
  if (!is_read) stop_.request();
  changed_.notify_all();
  thread_.join();
}

const ParsedLines* ReadAhead::next() {
  std::unique_lock lock(mutex_);
  if (std::exchange(is_holding_, false)) {
    ++freed_;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return filled_ > freed_ || is_read_; });
  if (filled_ == freed_) return nullptr;
  is_holding_ = true;
  return &blocks_[freed_ % kBlocks].shown;
}

void ReadAhead::run() {
  bool is_first = true;  // its number need not be 1: an array may begin on a line of its own
  while (const std::optional<Line> line = source_.next()) {
    if (stop_.is_requested()) break;  // a line that the stop has cut is not a bad line
    if (std::exchange(is_first, false)) form_ = source_.form();
    append(*line);
    const Block& block = filling();
    if (block.lines.size() == kBlockLines || block.text_bytes >= kBlockTexts) hand_over(false);
  }
  hand_over(false);
  const std::lock_guard lock(mutex_);
  if (!stop_.is_requested()) problem_ = source_.problem();
  is_read_ = true;
  changed_.notify_all();
}

void ReadAhead::append(const Line& line) {
  Block& block = filling();
  ParsedLine& parsed = block.lines.emplace_back();
  parsed.line = {.number = line.number, .at = line.at, .text = {}, .too_long = line.too_long};
  block.text_bytes += line.text.size();
  if (line.too_long) return;
  Record& record = parsed.record = parser_.parse(line.text);
  if (record.kind == Record::Kind::update) {
    record.update.key = keep(record.update.key, block.texts);
    record.update.value = keep(record.update.value, block.texts);
    record.update.error = keep(record.update.error, block.texts);
  } else if (record.kind == Record::Kind::report) {
    record.items = keep(record.items, block.texts);
  }
}

// Shows the block that was filled, waits for a free one and empties it. After leave() there may be
// no free one; then the block that is emptied is one that nobody reads any more.
void ReadAhead::hand_over(bool pauses) {
  Block& block = filling();
  if (block.lines.empty() && !pauses) return;
  block.shown = {block.lines, pauses};
  {
    std::unique_lock lock(mutex_);
    ++filled_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return filled_ < freed_ + kBlocks || is_left_; });
  }
  Block& next = filling();
  next.lines.clear();
  next.texts.release();
  next.text_bytes = 0;
}

}  // namespace metabatch::feed
