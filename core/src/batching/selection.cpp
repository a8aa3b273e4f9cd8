// SPDX-License-Identifier: Apache-2.0
#include "batching/selection.hpp"

#include "batching/blocks/block.hpp"

namespace metabatch {
namespace {

bool arrived_before(const SetApartEntry& a, const SetApartEntry& b) { return a.position < b.position; }

void append_entries(const Block& block, std::vector<SetApartEntry>& entries) {
  for (std::uint32_t i = 0; i < block.count; ++i) {
    if (block.is_report_block()) {
      const TextSize text = block.sizes()[i];
      entries.push_back({block.position + i, block.key(i).size() + text.value + text.error});
    } else {
      entries.push_back({block.items[i].position, size_of(block.items[i])});
    }
  }
}

}  // namespace

std::uint64_t bytes_of(std::span<Block* const> blocks) {
  std::uint64_t bytes = 0;
  for (const Block* block : blocks) bytes += block->bytes;
  return bytes;
}

std::optional<std::uint64_t> first_beyond(std::span<Block* const> taken, std::uint64_t bytes) {
  if (bytes_of(taken) <= bytes) return std::nullopt;
  std::vector<SetApartEntry> entries;
  for (const Block* block : taken) append_entries(*block, entries);
  std::sort(entries.begin(), entries.end(), arrived_before);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    sum += entries[i].bytes;
    if (sum > bytes && i > 0) return entries[i].position;
  }
  return std::nullopt;
}

SetApartRange choose_set_apart(std::vector<SetApartEntry>& entries, const BatchSize& most) {
  std::sort(entries.begin(), entries.end(), arrived_before);
  std::size_t count = 0;
  for (std::uint64_t sum = 0; count < entries.size() && count < most.entries; ++count) {
    sum += entries[count].bytes;
    if (sum > most.bytes && count > 0) break;
  }
  return {entries.front().position, entries[count - 1].position + 1, count == entries.size()};
}

}  // namespace metabatch
