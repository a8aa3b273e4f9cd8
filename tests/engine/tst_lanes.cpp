// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.hpp"
#include "engine/lanes.hpp"
#include "engine/some_stores.hpp"
#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using namespace std::chrono_literals;
using driven::agent;
using driven::update_of;
using tests::SomeStores;

/// Several engines as one: the lane of each agent, the sums, and how all lanes change and close
/// together.
class TestLanes : public QObject {
  Q_OBJECT

 private slots:
  void agentsAreNeverOnTwoLanes_data();
  void agentsAreNeverOnTwoLanes();
  void everyShardOfEveryLaneIsUsed();
  void sumIsBalancedWhileManyThreadsAdd();
  void roomIsSharedAndNothingOfItIsLost();
  void impossibleChangeChangesNoLane_data();
  void impossibleChangeChangesNoLane();
  void changeReachesEveryLane();
  void shareThatEqualsADefaultStaysAsRequested();
  void roomTooSmallForTheLanesIsRefusedInWords();
  void oneLaneIsTheEngineAsItIs();
};

namespace {

Uuid random_agent(Rng& rng) {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(rng.below(256));
  return id;
}
// Records its entries; can fail one flush.
class SeeingStore final : public Store {
 public:
  explicit SeeingStore(bool is_moody = false) : is_moody_(is_moody) {}
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string>) override {
    for (const Update& entry : entries) agents_.insert(entry.agent);
    largest_ = std::max(largest_, entries.size());
    FlushOutcome outcome;
    if (is_moody_ && ++flushes_ == 5) outcome.failure = FailureClass::deadlock;
    return outcome;
  }
  void cancel() noexcept override {}
  [[nodiscard]] const std::set<Uuid>& agents() const { return agents_; }  // once the lanes are closed
  [[nodiscard]] std::size_t largest() const { return largest_; }

 private:
  const bool is_moody_;
  std::size_t flushes_ = 0, largest_ = 0;
  std::set<Uuid> agents_;
};

Config idle() {  // nothing is due by itself
  Config config;
  config.batch_size = 50'000;
  config.queue_capacity = 200'000;
  config.interval = 1h;
  return config;
}

std::unique_ptr<Lanes> lanes_of(const Config& config, std::span<Store* const> stores, EngineOptions options = {}) {
  return std::move(Lanes::create(validated(config).value(), stores, std::move(options)).value());
}

struct Offered {
  std::atomic<std::uint64_t> offered{0}, dropped{0};
  std::atomic<int> running{4};
};

// Every other update waits for capacity; the others may be dropped.
void produce(Lanes& lanes, std::uint64_t seed, Offered& sum) {
  Rng rng(seed);
  for (int i = 0; i < 4000; ++i) {
    const Uuid one = agent(static_cast<std::uint32_t>(rng.below(500)));
    if (i % 2 == 0 && !lanes.wait_for_capacity(one, 1, 10)) break;
    if (i % 4 == 0) lanes.warm(std::vector{one, agent(static_cast<std::uint32_t>(i))});  // one more than there are
    sum.dropped += lanes.add(update_of(one, i % 3 == 0 ? "cpu" : "memory")).dropped();
    ++sum.offered;
  }
  --sum.running;
}

bool is_sum_of_balanced_parts(const Snapshot& snapshot) {
  Counters sum;
  for (const Counters& part : snapshot.parts) {
    if (!part.balanced()) return false;
    sum += part;
  }
  return snapshot.counters == sum;
}

// A capacity of a few batches, so that adding reaches every limit.
Config busy() {
  Config config;
  config.batch_size = 20;
  config.interval = 1ms;
  config.queue_capacity = 300;
  return config;
}

}  // namespace

void TestLanes::agentsAreNeverOnTwoLanes_data() {
  QTest::addColumn<int>("count");
  QTest::addColumn<bool>("random");
  for (const int count : {2, 3, 16}) {
    QTest::addRow("%d lanes, random ids", count) << count << true;
    QTest::addRow("%d lanes, ids that count up", count) << count << false;
  }
}

void TestLanes::agentsAreNeverOnTwoLanes() {
  QFETCH(int, count);
  QFETCH(bool, random);
  constexpr std::uint32_t kAgents = 4000;
  const auto lanes_wanted = static_cast<std::size_t>(count);
  SomeStores<SeeingStore> some(lanes_wanted);
  Config config;
  config.batch_size = 100;
  config.interval = 1ms;
  EngineOptions options;
  options.seed = 42;
  const auto lanes = lanes_of(config, some.stores, std::move(options));
  Rng rng(7);
  std::vector<Uuid> agents;
  for (std::uint32_t i = 0; i < kAgents; ++i) agents.push_back(random ? random_agent(rng) : agent(i));
  static constexpr std::string_view kKeys[] = {"a", "b"};
  static constexpr std::string_view kValues[] = {"1", "2"};
  static constexpr WallTime kStamps[] = {WallTime(2us), WallTime(2us)};
  for (const Uuid& agent : agents) {  // a report and a single update of the same agent
    lanes->add(update_of(agent));
    QCOMPARE(lanes->add(Report{agent, kKeys, kValues, kValues, kStamps})->taken, std::size_t{2});
  }
  lanes->close();
  std::size_t seen = 0;
  for (std::size_t lane = 0; lane < lanes_wanted; ++lane) {
    const std::set<Uuid>& here = some.owned[lane]->agents();
    seen += here.size();
    for (const Uuid& agent : here) QCOMPARE(lanes->lane_of(agent), lane);
    const std::size_t even = kAgents / lanes_wanted;
    QVERIFY2(here.size() > even * 7 / 10 && here.size() < even * 13 / 10, std::to_string(here.size()).c_str());
    QVERIFY(some.owned[lane]->largest() <= 100);
  }
  QCOMPARE(seen, std::size_t{kAgents});  // each on one lane only
  QCOMPARE(lanes->snapshot().counters.written, std::uint64_t{kAgents * 3});
}

// Different bits select the lane and the shard; with the same bits, half of the shards would stay
// empty.
void TestLanes::everyShardOfEveryLaneIsUsed() {
  SomeStores<SeeingStore> some(2);
  EngineOptions options;
  options.shards = 8;
  options.seed = 42;
  const auto lanes = lanes_of(idle(), some.stores, std::move(options));
  for (std::uint32_t i = 0; i < 16'000; ++i) lanes->add(update_of(agent(i)));
  const Snapshot snapshot = lanes->snapshot();
  QCOMPARE(snapshot.parts.size(), std::size_t{2 * (8 + 1)});
  std::size_t shards = 0;
  for (const Counters& part : snapshot.parts) {
    if (part.offered == 0) continue;  // the two fifos
    ++shards;
    QVERIFY2(part.offered > 700 && part.offered < 1300, std::to_string(part.offered).c_str());
  }
  QCOMPARE(shards, std::size_t{16});
}

void TestLanes::sumIsBalancedWhileManyThreadsAdd() {
  SomeStores<SeeingStore> some(3, true);
  std::atomic<int> inside{0};
  std::atomic<bool> was_alone{true};
  std::set<std::size_t> told_lanes;
  std::vector<FlushRecord> copies;
  EngineOptions options;
  options.on_flush = [&](const FlushRecord& record) {
    if (++inside != 1) was_alone = false;
    told_lanes.insert(record.lane);
    copies.assign(2000, record);  // takes long enough for another lane to enter, if that were possible
    --inside;
  };
  const auto lanes = lanes_of(busy(), some.stores, std::move(options));
  Offered sum;
  std::vector<std::thread> threads;
  for (std::uint64_t p = 0; p < 4; ++p) threads.emplace_back([&, p] { produce(*lanes, p + 1, sum); });
  while (sum.running > 0) QVERIFY(is_sum_of_balanced_parts(lanes->snapshot()));
  for (std::thread& thread : threads) thread.join();
  lanes->close();
  const Snapshot end = lanes->snapshot();
  QVERIFY(end.counters.balanced());
  QCOMPARE(end.counters.offered, sum.offered.load());
  QCOMPARE(end.counters.dropped(), sum.dropped.load());
  QCOMPARE(end.counters.held(), std::uint64_t{0});
  QCOMPARE(end.buffered_entries, std::uint64_t{0});
  QCOMPARE(end.buffered_bytes, std::uint64_t{0});
  QVERIFY(end.closed);
  QCOMPARE(end.metrics.delay.count(), end.counters.written);
  QCOMPARE(end.metrics.batch_size.count(), end.metrics.flushes.total_flushes());
  QCOMPARE(end.metrics.flushes.flushed_entries, end.counters.written);
  QCOMPARE(end.metrics.flushes.total_failures(), std::uint64_t{3});
  QVERIFY(was_alone);
  QCOMPARE(told_lanes, (std::set<std::size_t>{0, 1, 2}));
  QCOMPARE(end.recent.size(), std::size_t{64});
  const auto earlier = [](const FlushRecord& a, const FlushRecord& b) { return a.started < b.started; };
  QVERIFY(std::is_sorted(end.recent.begin(), end.recent.end(), earlier));
}

void TestLanes::roomIsSharedAndNothingOfItIsLost() {
  Config asked = idle();
  asked.batch_size = 5;
  asked.queue_capacity = 101;
  asked.queue_bytes = 1000;
  const ValidConfig whole = validated(asked).value();
  std::int64_t entries = 0, bytes = 0;
  for (std::size_t lane = 0; lane < 3; ++lane) {
    const ValidConfig part = config_of_lane(whole, lane, 3).value();
    entries += part->queue_capacity;
    bytes += part->queue_bytes;
    QVERIFY(part->queue_capacity == 33 || part->queue_capacity == 34);
    QCOMPARE(part->batch_size, std::int64_t{5});
  }
  QCOMPARE(entries, std::int64_t{101});
  QCOMPARE(bytes, std::int64_t{1000});
  QVERIFY(config_of_lane(whole, 0, 1).value() == whole);
}

void TestLanes::impossibleChangeChangesNoLane_data() {
  QTest::addColumn<int>("capacity");
  QTest::addColumn<int>("bytes");
  QTest::addColumn<int>("batch");
  QTest::addColumn<QString>("channel");
  QTest::newRow("negative batch") << 400 << 0 << -1 << "";
  QTest::newRow("room for one batch, not for two") << 399 << 0 << 200 << "";
  QTest::newRow("one byte for two") << 400 << 1 << 200 << "";
  QTest::newRow("another channel") << 400 << 0 << 200 << "other";
}

void TestLanes::impossibleChangeChangesNoLane() {
  QFETCH(int, capacity);
  QFETCH(int, bytes);
  QFETCH(int, batch);
  QFETCH(QString, channel);
  SomeStores<SeeingStore> some(2);
  Config config = idle();
  config.batch_size = 100;
  config.queue_capacity = 400;
  const auto lanes = lanes_of(config, some.stores);
  const Config before = lanes->snapshot().config;
  Config wanted = before;
  wanted.queue_capacity = capacity;
  wanted.queue_bytes = bytes;
  wanted.batch_size = batch;
  if (!channel.isEmpty()) wanted.channel = channel.toStdString();
  QVERIFY(!lanes->reconfigure(wanted).has_value());
  QVERIFY(lanes->snapshot().config == before);
  for (std::uint32_t i = 0; i < 2000; ++i) lanes->add(update_of(agent(i)));
  lanes->close();
  for (const auto& store : some.owned) QCOMPARE(store->largest(), std::size_t{100});
}

void TestLanes::changeReachesEveryLane() {
  SomeStores<SeeingStore> some(2);
  const auto lanes = lanes_of(idle(), some.stores);
  Config wanted = lanes->snapshot().config;
  wanted.batch_size = 10;
  wanted.queue_capacity = 2000;
  QVERIFY(lanes->reconfigure(wanted).has_value());
  QVERIFY(lanes->snapshot().config == wanted);
  for (std::uint32_t i = 0; i < 500; ++i) lanes->add(update_of(agent(i)));
  lanes->flush_now();
  lanes->close();
  for (const auto& store : some.owned) QCOMPARE(store->largest(), std::size_t{10});
  QCOMPARE(lanes->snapshot().counters.written, std::uint64_t{500});
}

// 200,000 for two lanes is 100,000 each. One engine alone would treat that as its default and
// derive it from the queue.
void TestLanes::shareThatEqualsADefaultStaysAsRequested() {
  SomeStores<SeeingStore> some(2);
  Config config = idle();
  config.batch_size = 1000;
  const auto lanes = lanes_of(config, some.stores);
  Config wanted = lanes->snapshot().config;
  wanted.queue = QueuePolicy::fifo;
  QVERIFY(lanes->reconfigure(wanted).has_value());
  QCOMPARE(lanes->snapshot().config.queue_capacity, std::int64_t{200'000});
  for (std::uint32_t i = 0; i < 30'000; ++i) QCOMPARE(lanes->add(update_of(agent(i))).dropped(), std::size_t{0});
}

void TestLanes::roomTooSmallForTheLanesIsRefusedInWords() {
  SomeStores<SeeingStore> some(3);
  Config config;
  config.batch_size = 40'000;
  const auto refused = Lanes::create(validated(config).value(), some.stores);
  QVERIFY(!refused.has_value());
  QCOMPARE(describe(refused.error(), config, 3),
           std::string("queue_capacity is too small for 3 writers: 100,000 is "
                       "shared evenly, and each needs capacity for a batch of 40,000: "
                       "ask for at least 120,000, or for fewer writers."));
  config.queue_capacity = 120'000;
  QVERIFY(Lanes::create(validated(config).value(), some.stores).has_value());
  config.queue_capacity = 39'999;  // too small for any number of writers
  const Error wrong = validated(config).error();
  QCOMPARE(describe(wrong, config, 3), metabatch::describe(wrong, config));
}

void TestLanes::oneLaneIsTheEngineAsItIs() {
  SeeingStore store;
  Store* const stores[] = {&store};
  const auto lanes = lanes_of(idle(), stores);
  QCOMPARE(lanes->count(), std::size_t{1});
  QVERIFY(lanes->snapshot().config == validated(idle()).value());
  for (std::uint32_t i = 0; i < 100; ++i) {
    QCOMPARE(lanes->lane_of(agent(i)), std::size_t{0});
    lanes->add(update_of(agent(i)));
  }
  lanes->close();
  QCOMPARE(store.agents().size(), std::size_t{100});
}

QTEST_GUILESS_MAIN(TestLanes)
#include "tst_lanes.moc"
