// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/lanes.hpp"
#include "engine/some_stores.hpp"
#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using namespace std::chrono_literals;
using driven::agent;
using driven::update_of;
using tests::SomeStores;

/// How lanes close when their stores write nothing, and what becomes of the held entries.
class TestLanesEnd : public QObject {
  Q_OBJECT

 private slots:
  void closeEndsHangingLanesWithinOneTimeout();
  void whatCouldNotBeWrittenIsSpooledOnceItIsKept_data();
  void whatCouldNotBeWrittenIsSpooledOnceItIsKept();
  void waitingForNothingHeldEndsWithTheDeadline();
};

namespace {

// Blocks inside flush() until it is cancelled.
class HangingStore final : public Store {
 public:
  FlushOutcome flush(std::span<const Update>, std::span<const std::string>) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_cancelled_; });
    FlushOutcome outcome;
    outcome.failure = FailureClass::timeout;
    return outcome;
  }
  void cancel() noexcept override {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_cancelled_ = false;
};

class WritingStore final : public Store {
 public:
  FlushOutcome flush(std::span<const Update>, std::span<const std::string>) override { return {}; }
  void cancel() noexcept override {}
};

std::unique_ptr<Lanes> lanes_of(const Config& config, std::span<Store* const> stores) {
  return std::move(Lanes::create(validated(config).value(), stores).value());
}

}  // namespace

void TestLanesEnd::closeEndsHangingLanesWithinOneTimeout() {
  constexpr std::size_t kCount = 8;
  SomeStores<HangingStore> some(kCount);
  Config config;
  config.batch_size = 1;
  config.final_flush_timeout = 400ms;
  const auto lanes = lanes_of(config, some.stores);
  for (std::uint32_t i = 0; i < 200; ++i) lanes->add(update_of(agent(i)));
  const auto began = std::chrono::steady_clock::now();
  lanes->close();
  QVERIFY(std::chrono::steady_clock::now() - began < 400ms * 4);  // one after the other would take eight times as long
  const Counters counters = lanes->snapshot().counters;
  QCOMPARE(counters.held(), std::uint64_t{200});
  QVERIFY(counters.balanced());
  QCOMPARE(lanes->add(update_of(agent(1))).dropped_closed, std::size_t{1});
  QVERIFY(!lanes->wait_for_capacity(agent(1), 1, 1));
  lanes->close();
}

void TestLanesEnd::whatCouldNotBeWrittenIsSpooledOnceItIsKept_data() {
  QTest::addColumn<QueuePolicy>("queue");
  QTest::addColumn<OnFailure>("on_failure");
  QTest::newRow("coalesce") << QueuePolicy::coalesce << OnFailure::retain;
  QTest::newRow("fifo") << QueuePolicy::fifo << OnFailure::retain;
  QTest::newRow("what a flush would discard is spooled all the same") << QueuePolicy::fifo << OnFailure::discard;
}

void TestLanesEnd::whatCouldNotBeWrittenIsSpooledOnceItIsKept() {
  QFETCH(QueuePolicy, queue);
  QFETCH(OnFailure, on_failure);
  SomeStores<HangingStore> some(3);
  Config config;
  config.batch_size = 5;
  config.queue = queue;
  config.queue_capacity = 3000;
  config.on_failure = on_failure;
  config.final_flush_timeout = 50ms;
  const auto lanes = lanes_of(config, some.stores);
  for (std::uint32_t i = 0; i < 200; ++i) lanes->add(update_of(agent(i), "k", "old"));
  for (std::uint32_t i = 0; i < 200; ++i) lanes->add({agent(i), "k", "new", "", WallTime(2us)});
  lanes->close();
  const Counters before = lanes->snapshot().counters;
  std::map<Uuid, std::string> seen;
  QVERIFY(lanes->spool([](std::span<const Update>) { return false; }) >= 200 - before.discarded);
  QCOMPARE(lanes->snapshot().counters.held(), lanes->spool([](auto) { return false; }));
  QCOMPARE(lanes->snapshot().counters.spooled, std::uint64_t{0});
  QVERIFY(lanes->snapshot().counters.balanced());
  const std::size_t spooled = lanes->spool([&](std::span<const Update> updates) {
    for (const Update& one : updates) seen[one.agent] = one.value;
    return seen.size() == updates.size();  // each (agent, key) once
  });
  for (const auto& [agent, value] : seen) QCOMPARE(value, std::string("new"));
  const Counters after = lanes->snapshot().counters;
  QCOMPARE(after.spooled, std::uint64_t{spooled});
  QCOMPARE(after.held(), std::uint64_t{0});
  QCOMPARE(after.discarded, before.discarded);
  QVERIFY(after.balanced());
  QCOMPARE(spooled, std::size_t{200});
  QCOMPARE(lanes->spool([](auto) { return true; }), std::size_t{0});
}

void TestLanesEnd::waitingForNothingHeldEndsWithTheDeadline() {
  SomeStores<HangingStore> hanging(2);
  Config config;
  config.final_flush_timeout = 50ms;
  const auto stuck = lanes_of(config, hanging.stores);
  for (std::uint32_t i = 0; i < 20; ++i) stuck->add(update_of(agent(i)));
  QVERIFY(!stuck->wait_until_empty(system_clock().now() + 20ms));
  QVERIFY(!stuck->wait_for_capacity(agent(1), 1'000'000, 1, system_clock().now() + 20ms));
  stuck->close();
  SomeStores<WritingStore> some(2);
  const auto lanes = lanes_of({}, some.stores);
  for (std::uint32_t i = 0; i < 20; ++i) lanes->add(update_of(agent(i)));
  QVERIFY(lanes->wait_until_empty(std::nullopt));
  QCOMPARE(lanes->snapshot().counters.written, std::uint64_t{20});
  lanes->close();
  QVERIFY(!lanes->wait_until_empty(std::nullopt));
}

QTEST_GUILESS_MAIN(TestLanesEnd)
#include "tst_lanes_end.moc"
