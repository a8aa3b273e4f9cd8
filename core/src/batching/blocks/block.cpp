// SPDX-License-Identifier: Apache-2.0
#include "batching/blocks/block.hpp"

#include <algorithm>
#include <numeric>

namespace metabatch {

Update entry_of(const Block& block, std::uint32_t i) {
  if (!block.is_report_block()) {
    const Item& item = block.items[i];
    const char* text = block.data + item.text_at;
    return {block.agent,
            block.key(i),
            {text, item.value_size},
            {text + item.value_size, item.error_size},
            item.collected_at};
  }
  const char* text = block.data + block.count * sizeof(TextSize);
  for (std::uint32_t j = 0; j < i; ++j) text += block.sizes()[j].value + block.sizes()[j].error;
  const TextSize size = block.sizes()[i];
  return {block.agent, block.key(i), {text, size.value}, {text + size.value, size.error}, block.collected_at};
}

void sort_keys(const Block& block, std::vector<std::uint32_t>& order) {
  if (block.is_report_block()) {
    order = block.schema->sorted;
    return;
  }
  order.resize(block.count);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&block](std::uint32_t a, std::uint32_t b) { return block.key(a) < block.key(b); });
}

}  // namespace metabatch
