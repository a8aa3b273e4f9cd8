// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.hpp"
#include "engine/engine.hpp"
#include "support/stepped_engine.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using namespace std::chrono_literals;

/// Situations that need many threads, or a store that misbehaves in real time. They also run under
/// the thread sanitizer.
class TestThreads : public QObject {
  Q_OBJECT

 private slots:
  void eightProducersAReconfigurerAndACloserAtOnce_data();
  void eightProducersAReconfigurerAndACloserAtOnce();
  void addingGoesOnWhileTheStoreHangs();
  void closeCancelsAHangingStoreAndReportsHeldEntries();
  void closeDuringABackoffStillTriesToWrite();
  void waitingForCapacityEndsWithTheFlushThatMakesIt();
  void waitingForCapacityEndsWithClose();
  void aStoreThatContradictsItselfLosesNothing();
};

namespace {

Uuid agent(std::uint32_t n) {
  Uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>((n * 2654435761U) >> (8 * (i % 4)));
  id.bytes[0] = static_cast<std::uint8_t>(n);
  return id;
}

// Fails every third flush, or a part of it, in one class after the other, until it is repaired.
class MoodyStore final : public Store {
 public:
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string>) override {
    ++flushes_;
    FlushOutcome outcome;
    if (well || flushes_ % 3 != 0) return outcome;
    outcome.failure = FailureClass::other;
    if (flushes_ % 2 == 0) return outcome;
    for (std::size_t i = 0; i < entries.size(); ++i) outcome.fates.push_back(static_cast<Fate>((i + flushes_) % 5));
    outcome.fates.front() = Fate::unwritten;
    return outcome;
  }
  void cancel() noexcept override {}
  std::atomic<bool> well{false};

 private:
  std::size_t flushes_ = 0;
};

// Waits inside flush() until it is released or cancelled.
class HangingStore final : public Store {
 public:
  FlushOutcome flush(std::span<const Update>, std::span<const std::string>) override {
    std::unique_lock lock(mutex_);
    inside_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return let_go_ || cancelled_; });
    inside_ = false;
    FlushOutcome outcome;
    if (cancelled_) outcome.failure = FailureClass::timeout;
    return outcome;
  }
  void cancel() noexcept override { set(cancelled_); }
  void let_go() { set(let_go_); }
  void await_inside() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return inside_; });
  }
  bool was_cancelled() {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

 private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool inside_ = false, let_go_ = false, cancelled_ = false;
};

struct Offered {
  std::uint64_t offered = 0, dropped = 0;
};

// Adds until the engine refuses.
void produce_until_closed(Engine& engine, Offered& sum) {
  for (Admission admission; admission.dropped_closed == 0;) {
    admission = engine.add(Update{agent(1), "late", "v", "", {}});
    ++sum.offered;
    sum.dropped += admission.dropped();
  }
}

// Reports of a few key sets, stamps that sometimes go back.
void produce(Engine& engine, std::uint64_t seed, Offered& sum) {
  static constexpr std::string_view kKeys[] = {"cpu", "memory", "home_disk", "load_of_the_host", "uptime", ""};
  Rng rng(seed);
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> stamps;
  for (int i = 0; i < 4000; ++i) {
    const std::size_t count = rng.below(6) + 1;
    keys.assign(kKeys, kKeys + count);
    values.assign(count, std::string_view("a value that is long enough").substr(rng.below(20)));
    errors.assign(count, rng.below(8) == 0 ? "an error" : "");
    stamps.assign(count, WallTime(std::chrono::microseconds(i - static_cast<int>(rng.below(5)))));
    const auto admission =
        engine.add(Report{agent(static_cast<std::uint32_t>(rng.below(40))), keys, values, errors, stamps});
    sum.offered += count;
    sum.dropped += admission->dropped();
    if (admission->accepted() + admission->dropped() != count) qFatal("an add lost count");
  }
}

Config config_of(std::uint64_t turn, QueuePolicy queue) {
  Config config;
  config.batch_size = static_cast<std::int64_t>(10 + turn % 3 * 20);
  config.interval = std::chrono::milliseconds(1 + turn % 4);
  config.queue = turn % 5 == 0 ? QueuePolicy::fifo : queue;
  config.queue_capacity = 60 + static_cast<std::int64_t>(turn % 7 * 30);
  config.schedule = static_cast<SchedulePolicy>(turn % 3);
  config.ties = static_cast<Ties>(turn % 2);
  config.on_failure = turn % 4 == 0 ? OnFailure::discard : OnFailure::retain;
  return config;
}

}  // namespace

void TestThreads::eightProducersAReconfigurerAndACloserAtOnce_data() {
  QTest::addColumn<bool>("fifo");
  QTest::newRow("coalesce") << false;
  QTest::newRow("fifo") << true;
}

void TestThreads::eightProducersAReconfigurerAndACloserAtOnce() {
  QFETCH(bool, fifo);
  const QueuePolicy queue = fifo ? QueuePolicy::fifo : QueuePolicy::coalesce;
  MoodyStore store;
  const auto engine = Engine::create(validated(config_of(1, queue)).value(), store);
  std::vector<Offered> sums(8);
  std::atomic<int> running{8};
  std::vector<std::thread> threads;
  for (std::size_t p = 0; p < sums.size(); ++p) {
    threads.emplace_back([&, p] {
      produce(*engine, p + 1, sums[p]);
      if (--running == 4) {  // the closer, while the others continue to add
        store.well = true;
        engine->close();
      }
      produce_until_closed(*engine, sums[p]);
    });
  }
  std::uint64_t turns = 0;
  while (running > 0) {
    QVERIFY(engine->reconfigure(config_of(++turns, queue)).has_value());
    for (const Counters& part : engine->snapshot().parts) QVERIFY(part.balanced());
  }
  for (std::thread& thread : threads) thread.join();
  engine->close();
  const Snapshot end = engine->snapshot();
  Offered sum;
  for (const Offered& one : sums) sum = {sum.offered + one.offered, sum.dropped + one.dropped};
  QVERIFY(end.counters.balanced());
  QCOMPARE(end.counters.offered, sum.offered);
  QCOMPARE(end.counters.dropped(), sum.dropped);
  QVERIFY(end.counters.dropped_closed >= sums.size());
  QVERIFY(end.counters.written > 0);
  QCOMPARE(end.counters.held(), std::uint64_t{0});
  QCOMPARE(end.buffered_entries, std::uint64_t{0});
  QCOMPARE(end.buffered_bytes, std::uint64_t{0});
}

void TestThreads::addingGoesOnWhileTheStoreHangs() {
  HangingStore store;
  Config config;
  config.batch_size = 1;
  config.queue_capacity = 10;
  const auto engine = Engine::create(validated(config).value(), store);
  engine->add(Update{agent(0), "k", "first", "", {}});
  store.await_inside();
  for (std::uint32_t i = 0; i < 1000; ++i) {  // repeats of ten held keys never drop
    const WallTime stamp(std::chrono::microseconds(i + 1));
    QCOMPARE(engine->add(Update{agent(i % 10), "k", "later", "", stamp}).dropped(), std::size_t{0});
  }
  QCOMPARE(engine->add(Update{agent(10), "k", "no room", "", {}}).dropped_full, std::size_t{1});
  QCOMPARE(engine->snapshot().counters.held(), std::uint64_t{11});  // one of the keys waits and is in flight
  store.let_go();
  engine->close();
  QCOMPARE(engine->snapshot().counters.written, std::uint64_t{11});
}

void TestThreads::closeCancelsAHangingStoreAndReportsHeldEntries() {
  HangingStore store;
  Config config;
  config.batch_size = 2;
  config.final_flush_timeout = 20ms;
  const auto engine = Engine::create(validated(config).value(), store);
  for (std::uint32_t i = 0; i < 5; ++i) engine->add(Update{agent(i), "k", "v", "", {}});
  store.await_inside();
  engine->close();
  QVERIFY(store.was_cancelled());
  const Counters counters = engine->snapshot().counters;
  QCOMPARE(counters.held(), std::uint64_t{5});
  QVERIFY(counters.balanced());
  QCOMPARE(engine->add(Update{agent(9), "k", "v", "", {}}).dropped_closed, std::size_t{1});
}

void TestThreads::closeDuringABackoffStillTriesToWrite() {
  class RefusingOnce final : public Store {
   public:
    FlushOutcome flush(std::span<const Update>, std::span<const std::string>) override {
      FlushOutcome outcome;
      if (std::exchange(refuse_, false)) outcome.failure = FailureClass::permission;  // backs off
      return outcome;
    }
    void cancel() noexcept override {}

   private:
    bool refuse_ = true;
  } store;
  std::mutex mutex;
  std::condition_variable changed;
  bool failed = false;
  Config config;
  config.batch_size = 1;
  EngineOptions options;
  options.on_flush = [&](const FlushRecord& record) {
    const std::lock_guard lock(mutex);
    failed = failed || record.failure != FailureClass::none;
    changed.notify_all();
  };
  Rendezvous rendezvous;
  SteppedClock clock(rendezvous, Instant(1h));  // the clock stands still: the backoff does not end by itself
  const auto engine = Engine::create(validated(config).value(), store, std::move(options), clock);
  engine->add(Update{agent(1), "k", "v", "", {}});
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return failed; });
  }
  engine->close();
  const Snapshot end = engine->snapshot();
  QCOMPARE(end.counters.written, std::uint64_t{1});
  QCOMPARE(end.metrics.flushes.flushes[static_cast<std::size_t>(Reason::shutdown)], std::uint64_t{1});
}

void TestThreads::waitingForCapacityEndsWithTheFlushThatMakesIt() {
  MoodyStore store;
  store.well = true;
  Config config;
  config.batch_size = 4;
  config.queue_capacity = 4;
  config.interval = 1h;
  const auto engine = Engine::create(validated(config).value(), store);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    QVERIFY(engine->wait_for_capacity(agent(1), 1, 2));
    QCOMPARE(engine->add(Update{agent(i), "k", "v", "", {}}).dropped(), std::size_t{0});
  }
  QVERIFY(engine->wait_for_capacity(agent(1), 100, 0));  // more than the whole capacity: waits until nothing is held
  QCOMPARE(engine->snapshot().counters.held(), std::uint64_t{0});
}

void TestThreads::waitingForCapacityEndsWithClose() {
  HangingStore store;
  Config config;
  config.batch_size = 1;
  config.queue_capacity = 1;
  config.final_flush_timeout = 20ms;
  const auto engine = Engine::create(validated(config).value(), store);
  engine->add(Update{agent(1), "k", "v", "", {}});
  store.await_inside();
  bool found_room = true;
  std::thread waiter([&] { found_room = engine->wait_for_capacity(agent(1), 1, 2); });
  engine->close();
  waiter.join();
  QVERIFY(!found_room);
}

void TestThreads::aStoreThatContradictsItselfLosesNothing() {
  class Confused final : public Store {
   public:
    FlushOutcome flush(std::span<const Update> entries, std::span<const std::string>) override {
      FlushOutcome outcome;
      if (++flushes_ == 1) outcome.fates.assign(entries.size() + 3, Fate::written);  // of which entries?
      if (flushes_ == 2) outcome.fates.assign(entries.size(), Fate::unwritten);      // but no failure
      return outcome;
    }
    void cancel() noexcept override {}

   private:
    int flushes_ = 0;
  } store;
  Config config;
  config.batch_size = 3;
  const auto engine = Engine::create(validated(config).value(), store);
  for (std::uint32_t i = 0; i < 3; ++i) engine->add(Update{agent(i), "k", "v", "", {}});
  engine->close();
  QCOMPARE(engine->snapshot().counters.written, std::uint64_t{3});
  QCOMPARE(engine->snapshot().metrics.flushes.total_failures(), std::uint64_t{2});
}

QTEST_GUILESS_MAIN(TestThreads)
#include "tst_threads.moc"
