// SPDX-License-Identifier: Apache-2.0
#include "base/order.hpp"

#include <algorithm>

namespace metabatch {

void sort_by_key(std::span<KeyedIndex> order) {
  const auto before = [](const KeyedIndex& a, const KeyedIndex& b) {
    return a.key != b.key ? a.key < b.key : a.index < b.index;
  };
  // What is in order stays: payloads are sorted, and a log repeats few ids.
  if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);
}

}  // namespace metabatch
