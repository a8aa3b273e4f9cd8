// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "base/order.hpp"
#include "base/rng.hpp"
#include "metabatch/uuid.hpp"

using namespace metabatch;

/// The sorts that are compiled once: they give what std::stable_sort gives.
class TstOrder : public QObject {
  Q_OBJECT
 private slots:
  void keysAscendAndEqualOnesKeepTheirOrder();
  void idsAreOrderedByAllTheirBytes();
  void shortListsAreSortedStably();
};

void TstOrder::keysAscendAndEqualOnesKeepTheirOrder() {
  std::vector<KeyedIndex> order = {{7, 0}, {1, 1}, {7, 2}, {0, 3}, {1, 4}};
  sort_by_key(order);
  std::vector<std::uint32_t> found;
  for (const KeyedIndex& next : order) found.push_back(next.index);
  QCOMPARE(found, (std::vector<std::uint32_t>{3, 1, 4, 0, 2}));
}

void TstOrder::idsAreOrderedByAllTheirBytes() {
  std::vector<KeyedIndex> order;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    std::vector<Uuid> ids(rng.next() % 40);
    // Few different bytes, so that first halves are equal, and whole ids too.
    for (Uuid& id : ids)
      for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{15}})
        id.bytes[at] = static_cast<std::uint8_t>(rng.next() % 2 * 0x80);
    std::vector<std::uint32_t> expected(ids.size());
    for (std::uint32_t i = 0; i < ids.size(); ++i) expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return ids[a] < ids[b]; });
    order_ids(order, ids.size(), [&](std::size_t i) -> const Uuid& { return ids[i]; });
    QCOMPARE(order.size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) QCOMPARE(order[i].index, expected[i]);
  }
}

void TstOrder::shortListsAreSortedStably() {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    std::vector<std::pair<int, int>> items(rng.next() % 20);
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = {static_cast<int>(rng.next() % 4), static_cast<int>(i)};
    std::vector<std::pair<int, int>> expected = items;
    const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::stable_sort(expected.begin(), expected.end(), before);
    insertion_sort(items, before);
    QVERIFY(items == expected);
  }
}

QTEST_GUILESS_MAIN(TstOrder)
#include "tst_order.moc"
