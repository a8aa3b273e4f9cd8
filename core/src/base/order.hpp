// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// Sorts that are compiled once. std::sort is compiled anew for every type and comparison: its
/// copies were an eighth of the module of the page.
namespace metabatch {

/// Something to sort: the number that decides, and where it is.
struct KeyedIndex {
  std::uint64_t key;
  std::uint32_t index;
};

/// Ascending by key, equal keys by index.
void sort_by_key(std::span<KeyedIndex> order);

/// The number that compares as eight bytes do.
inline std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

/// Makes `order` the order of so many UUIDs by their bytes, equal ones as they came: two
/// comparisons instead of sixteen.
template <class IdAt>
void order_ids(std::vector<KeyedIndex>& order, std::size_t count, const IdAt& id_at) {
  order.resize(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = {big_endian(id_at(i).bytes.data()), static_cast<std::uint32_t>(i)};
  sort_by_key(order);
  for (std::size_t from = 0, to = 0; from < count; from = to) {
    while (to < count && order[to].key == order[from].key) ++to;
    if (to - from == 1) continue;
    for (std::size_t i = from; i < to; ++i) order[i].key = big_endian(id_at(order[i].index).bytes.data() + 8);
    sort_by_key(std::span(order).subspan(from, to - from));
  }
}

/// Stable. For lists that are short, or nearly in order: takes time as the square of their length.
template <class Items, class Before>
void insertion_sort(Items& items, const Before& before) {
  for (std::size_t i = 1; i < items.size(); ++i)
    for (std::size_t k = i; k > 0 && before(items[k], items[k - 1]); --k) std::swap(items[k], items[k - 1]);
}

}  // namespace metabatch
