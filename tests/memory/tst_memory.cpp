// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "metabatch/batcher.hpp"
#include "support/cost/heap.hpp"

using namespace metabatch;
using tests::bytes_in_use;
using namespace std::chrono_literals;

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Every allocation of this program passes here (operator new calls malloc too).
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}

/// The memory of the machine: the bound of the specification, "Capacity", and no allocation in
/// steady state.
class TestMemory : public QObject {
  Q_OBJECT

 private slots:
  void theCounterCounts();
  void steadyStateAllocatesNothing_data();
  void steadyStateAllocatesNothing();
  void repeatsWithStringsThatFitAllocateNothing();
  void entriesHeldCostLittleMoreThanTheirStrings_data();
  void entriesHeldCostLittleMoreThanTheirStrings();
  void memoryFollowsWhatIsHeldDown();
};

namespace {

constexpr std::string_view kKeys[] = {"cpu_usage", "ram_usage",       "home_disk",  "cpu_usage_host", "mem_usage_host",
                                      "load_host", "swap_usage_host", "git_status", "uptime",         "processes",
                                      "net_rx",    "net_tx",          "gpu_usage",  "docker_ps",      "ide_version"};

Uuid agent(std::uint64_t n) {
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(((n + 1) * 0x9e3779b97f4a7c15ULL) >> (8 * (i % 8)));
  return id;
}

// Reports of one agent: `count` keys with values of 16 to 23 bytes that change from round to round.
struct Fleet {
  explicit Fleet(std::size_t a_count)
      : count(a_count), keys(kKeys, kKeys + a_count), values(a_count), errors(a_count), stamps(a_count) {}

  Report report(std::uint64_t who, std::int64_t round) {
    text.clear();
    for (std::size_t i = 0; i < count; ++i)
      text.push_back("12.34/64 GiB (56%) " + std::string((who + static_cast<std::uint64_t>(round) + i) % 5, 'x'));
    for (std::size_t i = 0; i < count; ++i) values[i] = text[i];
    stamps.assign(count, WallTime(std::chrono::milliseconds(round)));
    return {agent(who), keys, values, errors, stamps};
  }

  std::size_t count;
  std::vector<std::string> text;
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> stamps;
};

}  // namespace

void TestMemory::theCounterCounts() {
  const std::uint64_t before = allocations;
  std::string text(100, 'x');
  QVERIFY(text.size() == 100 && allocations > before);
}

void TestMemory::steadyStateAllocatesNothing_data() {
  QTest::addColumn<int>("agents");
  QTest::newRow("every batch has other agents") << 600;
  QTest::newRow("repeats fill the interval") << 30;
}

// The machine with its driver's part: add, take, encode, complete. The lengths of values change
// from round to round.
void TestMemory::steadyStateAllocatesNothing() {
  QFETCH(int, agents);
  Batcher batcher = Batcher::create({}, Instant{});
  Fleet fleet(std::size(kKeys));
  std::uint64_t in_machine = 0;
  for (std::int64_t round = 1; round <= 60; ++round) {
    const Instant now = Instant(1s * round);
    for (int who = 0; who < agents; ++who) {
      const Report report = fleet.report(static_cast<std::uint64_t>(who), round);
      const std::uint64_t before = allocations;
      batcher.add(report, now);
      if (const Batch* batch = batcher.take(now)) batcher.complete(batch->id, {}, now);
      if (round > 20) in_machine += allocations - before;
    }
  }
  QVERIFY(batcher.counters().written > 0);
  QCOMPARE(in_machine, std::uint64_t{0});
}

void TestMemory::repeatsWithStringsThatFitAllocateNothing() {
  Batcher batcher = Batcher::create({}, Instant{});
  const std::string longest(64, 'v');
  batcher.add(Update{agent(1), "one", longest, "", {}}, Instant{});
  batcher.add(Update{agent(1), "two", longest, "", {}}, Instant{});
  const std::uint64_t before = allocations;
  for (int i = 1; i < 1000; ++i) {
    const WallTime stamp{std::chrono::microseconds(i)};
    batcher.add(Update{agent(1), i % 2 == 0 ? "one" : "two",
                       std::string_view(longest).substr(static_cast<std::size_t>(i % 64)), "", stamp},
                Instant{});
  }
  QCOMPARE(allocations - before, std::uint64_t{0});
  QCOMPARE(batcher.counters().coalesced, std::uint64_t{999});
}

void TestMemory::entriesHeldCostLittleMoreThanTheirStrings_data() {
  QTest::addColumn<int>("keys");
  QTest::addColumn<bool>("singly");
  QTest::newRow("reports of 15 keys") << 15 << false;
  QTest::newRow("15 keys, added one by one") << 15 << true;
  QTest::newRow("reports of 5 keys") << 5 << false;
}

// 1.6 x the bytes of the strings held plus 64 bytes an entry, at 100,000 entries.
void TestMemory::entriesHeldCostLittleMoreThanTheirStrings() {
  QFETCH(int, keys);
  QFETCH(bool, singly);
  Config config;
  config.batch_size = 100'000;
  const std::size_t before = bytes_in_use();
  Batcher batcher = Batcher::create(validated(config).value(), Instant{});
  Fleet fleet(static_cast<std::size_t>(keys));
  for (std::uint64_t who = 0; batcher.counters().pending + fleet.count <= 100'000; ++who) {
    const Report report = fleet.report(who, 1);
    for (std::size_t i = 0; singly && i < report.size(); ++i) {
      batcher.add(Update{report.agent, report.keys[i], report.values[i], {}, report.collected_at[i]}, Instant{});
    }
    if (!singly) batcher.add(report, Instant{});
  }
  const std::size_t used = bytes_in_use() - before;
  const std::size_t entries = batcher.counters().pending;
  const std::size_t bound = batcher.buffered_bytes() * 16 / 10 + 64 * entries;
  qInfo("%zu entries, %.1f bytes of strings an entry: %.1f bytes in use an entry, the bound is %.1f", entries,
        static_cast<double>(batcher.buffered_bytes()) / static_cast<double>(entries),
        static_cast<double>(used) / static_cast<double>(entries),
        static_cast<double>(bound) / static_cast<double>(entries));
  QVERIFY(entries > 99'980);
  QVERIFY2(used <= bound, "more than 1.6 x strings + 64 bytes an entry");
}

void TestMemory::memoryFollowsWhatIsHeldDown() {
  Config config;
  config.batch_size = 1000;
  const std::size_t before = bytes_in_use();
  Batcher batcher = Batcher::create(validated(config).value(), Instant{});
  Fleet fleet(std::size(kKeys));
  for (std::uint64_t who = 0; who < 6000; ++who) batcher.add(fleet.report(who, 1), Instant{});
  const std::size_t peak = bytes_in_use() - before;
  for (std::int64_t round = 2; round < 4000; ++round) {  // a small fleet after a burst
    const Instant now = Instant(5s * round);
    for (std::uint64_t who = 0; who < 10; ++who) batcher.add(fleet.report(who, round), now);
    while (const Batch* batch = batcher.take(now)) batcher.complete(batch->id, {}, now);
  }
  const std::size_t after = bytes_in_use() - before;
  QVERIFY2(after < peak / 4, qPrintable(QString("peak %1, after %2").arg(peak).arg(after)));
}

QTEST_GUILESS_MAIN(TestMemory)
#include "tst_memory.moc"
