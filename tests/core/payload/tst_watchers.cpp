// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "metabatch/watchers.hpp"

using namespace metabatch;

namespace {

Uuid numbered(std::uint32_t number) {
  Uuid id;
  std::memcpy(id.bytes.data() + 12, &number, 4);
  return id;
}

std::string payload_of(const std::vector<Uuid>& ids) { return encode_chunks(ids)->front(); }

std::vector<WatchTable::Token> told(const WatchTable& table, const std::string& payload, ChunkTally* tally = nullptr) {
  std::vector<WatchTable::Token> tokens;
  const auto counted = table.for_each_named(payload, [&](const Uuid&, WatchTable::Token t) { tokens.push_back(t); });
  if (tally != nullptr) *tally = counted;
  return tokens;
}

using Tokens = std::vector<WatchTable::Token>;

}  // namespace

class TestWatchers : public QObject {
  Q_OBJECT

 private slots:
  void emptyTableNotifiesNobody();
  void onlyWatchersOfNamedAgentsAreNotified();
  void severalWatchersOfOneAgentAreAllNotified();
  void addingTwiceIsOnce();
  void removedWatcherIsNotNotified();
  void agentNamedTwiceIsNotifiedTwice();
  void forgedIdHidesNoOther();
  void restIsCountedAndNotRead();
  void manyAddsAndRemovesAgreeWithAPlainMap();
};

void TestWatchers::emptyTableNotifiesNobody() {
  ChunkTally tally;
  QVERIFY(told(WatchTable{}, payload_of({numbered(1), numbered(2)}), &tally).empty());
  QVERIFY(tally == (ChunkTally{2, 0, 0}));
  QVERIFY(!WatchTable{}.remove(numbered(1), 1));
}

void TestWatchers::onlyWatchersOfNamedAgentsAreNotified() {
  WatchTable table;
  for (std::uint32_t i = 0; i < 100; ++i) QVERIFY(table.add(numbered(i), i));
  QCOMPARE(table.size(), std::size_t{100});
  QVERIFY(told(table, payload_of({numbered(7), numbered(500), numbered(3)})) == (Tokens{7, 3}));
  QVERIFY(told(table, "").empty());
}

void TestWatchers::severalWatchersOfOneAgentAreAllNotified() {
  WatchTable table;
  for (std::uint32_t i = 0; i < 20; ++i) table.add(numbered(1), i);
  QCOMPARE(table.agents(), std::size_t{1});
  auto tokens = told(table, payload_of({numbered(1)}));
  std::sort(tokens.begin(), tokens.end());
  QCOMPARE(tokens.size(), std::size_t{20});
  for (std::size_t i = 0; i < 20; ++i) QCOMPARE(tokens[i], i);
}

void TestWatchers::addingTwiceIsOnce() {
  WatchTable table;
  QVERIFY(table.add(numbered(1), 5));
  QVERIFY(!table.add(numbered(1), 5));
  QVERIFY(table.add(numbered(2), 5));
  QCOMPARE(table.size(), std::size_t{2});
  QVERIFY(told(table, payload_of({numbered(1)})) == Tokens{5});
}

void TestWatchers::removedWatcherIsNotNotified() {
  WatchTable table;
  table.add(numbered(1), 5);
  table.add(numbered(1), 6);
  QVERIFY(table.remove(numbered(1), 5));
  QVERIFY(!table.remove(numbered(1), 5));
  QVERIFY(!table.remove(numbered(2), 6));
  QVERIFY(told(table, payload_of({numbered(1)})) == Tokens{6});
  QVERIFY(table.remove(numbered(1), 6));
  QVERIFY(told(table, payload_of({numbered(1)})).empty());
  QCOMPARE(table.size(), std::size_t{0});
  QCOMPARE(table.agents(), std::size_t{0});
}

void TestWatchers::agentNamedTwiceIsNotifiedTwice() {
  WatchTable table;
  table.add(numbered(1), 5);
  QVERIFY(told(table, payload_of({numbered(1), numbered(1)})) == (Tokens{5, 5}));
}

void TestWatchers::forgedIdHidesNoOther() {
  WatchTable table;
  std::vector<Uuid> ids;
  for (std::uint32_t i = 0; i < 363; ++i) ids.push_back(numbered(i));
  for (std::uint32_t i = 0; i < 363; ++i) table.add(numbered(i), i);
  const auto good = payload_of(ids);
  for (std::size_t forged = 0; forged < 363; ++forged) {
    auto payload = good;
    payload[forged * kIdSymbols + forged % kIdSymbols] = '*';
    ChunkTally tally;
    const auto tokens = told(table, payload, &tally);
    QVERIFY(tally == (ChunkTally{362, 1, 0}));
    QCOMPARE(tokens.size(), std::size_t{362});
    for (std::size_t i = 0; i < 362; ++i) QCOMPARE(tokens[i], i < forged ? i : i + 1);
  }
}

void TestWatchers::restIsCountedAndNotRead() {
  WatchTable table;
  table.add(Uuid{}, 1);
  ChunkTally tally;
  QVERIFY(told(table, std::string(43, 'A'), &tally) == Tokens{1});
  QVERIFY(tally == (ChunkTally{1, 0, 21}));
}

void TestWatchers::manyAddsAndRemovesAgreeWithAPlainMap() {
  WatchTable table;
  std::map<std::uint32_t, std::set<WatchTable::Token>> plain;
  std::uint64_t state = 7;
  const auto next = [&](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
  };
  std::size_t removed = 0;
  for (int step = 0; step < 40'000; ++step) {
    const std::uint64_t agents = step < 20'000 ? 400 : 40;
    const auto agent = static_cast<std::uint32_t>(next(agents));
    const auto token = next(4);
    if (next(2) == 0) {
      QCOMPARE(table.add(numbered(agent), token), plain[agent].insert(token).second);
    } else {
      const bool had = plain[agent].erase(token) == 1;
      QCOMPARE(table.remove(numbered(agent), token), had);
      removed += had ? 1 : 0;
    }
    if (step % 97 != 0) continue;
    for (std::uint32_t i = 0; i < 400; ++i) {
      auto tokens = told(table, payload_of({numbered(i)}));
      std::sort(tokens.begin(), tokens.end());
      QVERIFY(tokens == Tokens(plain[i].begin(), plain[i].end()));
    }
  }
  QVERIFY(removed > 5'000);
}

QTEST_GUILESS_MAIN(TestWatchers)
#include "tst_watchers.moc"
