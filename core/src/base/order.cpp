// SPDX-License-Identifier: Apache-2.0
#include "base/order.hpp"

#include <algorithm>

namespace metabatch {

void sort_by_key(std::span<KeyedIndex> order) {
  std::sort(order.begin(), order.end(), [](const KeyedIndex& a, const KeyedIndex& b) {
    return a.key != b.key ? a.key < b.key : a.index < b.index;
  });
}

}  // namespace metabatch
