// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <algorithm>
#include <map>
#include <string>
#include <thread>

#include "engine/engine.hpp"
#include "support/driven.hpp"
#include "support/stepped_engine.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using metabatch::driven::agent;
using metabatch::driven::at;
using metabatch::driven::t0;
using namespace std::chrono_literals;

/// The origin's behaviours that involve threads or the flusher.
class TestEngineConformance : public QObject {
  Q_OBJECT

 private slots:
  void twentyThreadsOnTheSameKeysLeaveTheNewest();
  void anIdleEngineSleeps_data();
  void anIdleEngineSleeps();
  void aTickMissedInFlightSweepsWhatArrivedAfterIt();
  void whatArrivesInABackoffWithNothingHeldIsFlushed_data();
  void whatArrivesInABackoffWithNothingHeldIsFlushed();
};

namespace {

// Keeps the newest value of each key, as a table with the guard of the specification, "Writing a
// flush", does.
class NewestStore final : public Store {
 public:
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string>) override {
    for (const Update& entry : entries) {
      WallTime& stamp = newest[{entry.agent, std::string(entry.key)}];
      stamp = std::max(stamp, entry.collected_at);
    }
    return {};
  }
  void cancel() noexcept override {}

  std::map<std::pair<Uuid, std::string>, WallTime> newest;
};

struct Stepped {
  explicit Stepped(const Config& config)
      : clock(rendezvous, t0),
        store(rendezvous, clock),
        engine(Engine::create(validated(config).value(), store, {.shards = 4, .seed = 7, .on_flush = {}, .on_drop = {}},
                              clock)) {}

  void add(std::uint32_t n) { engine->add(Update{agent(n), "k", "v", "", at(1)}); }
  void close() {
    std::thread closer([this] { engine->close(); });
    while (rendezvous.await_store_or_end()) store.answer({});
    closer.join();
  }

  Rendezvous rendezvous;
  SteppedClock clock;
  SteppedStore store;
  std::unique_ptr<Engine> engine;
};

}  // namespace

void TestEngineConformance::twentyThreadsOnTheSameKeysLeaveTheNewest() {
  constexpr int kThreads = 20, kRounds = 200;
  constexpr std::uint32_t kAgents = 10;
  const std::vector<std::string_view> keys = {"a", "b", "c"}, values = {"1", "2", "3"}, errors(3);
  NewestStore store;
  const auto engine = Engine::create(validated({.batch_size = 20, .interval = 1ms}).value(), store);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 1; round <= kRounds; ++round) {
        const std::vector<WallTime> stamps(3, at(round * kThreads + t));
        for (std::uint32_t n = 0; n < kAgents; ++n) engine->add(Report{agent(n), keys, values, errors, stamps});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  engine->close();
  const Counters counters = engine->snapshot().counters;
  QCOMPARE(counters.offered, std::uint64_t{kThreads * kRounds * kAgents * 3});
  QCOMPARE(counters.dropped(), std::uint64_t{0});
  QCOMPARE(counters.held(), std::uint64_t{0});
  QVERIFY(counters.balanced());
  QVERIFY(counters.coalesced + counters.stale > 0);
  QCOMPARE(store.newest.size(), std::size_t{kAgents * 3});
  for (const auto& [key, stamp] : store.newest) QVERIFY(stamp == at(kRounds * kThreads + kThreads - 1));
}

void TestEngineConformance::anIdleEngineSleeps_data() {
  QTest::addColumn<int>("batch_size");
  QTest::addColumn<int>("schedule");
  for (const int batch_size : {1, 2, 500})
    for (const int schedule : {0, 1, 2})
      QTest::addRow("batch of %d, %s", batch_size, std::string(name_of(static_cast<SchedulePolicy>(schedule))).c_str())
          << batch_size << schedule;
}

// With a deadline in the past, the flusher of an empty engine would loop without end.
void TestEngineConformance::anIdleEngineSleeps() {
  QFETCH(int, batch_size);
  QFETCH(int, schedule);
  Stepped stepped({.batch_size = batch_size, .schedule = static_cast<SchedulePolicy>(schedule)});
  QVERIFY(stepped.rendezvous.await_sleep());
  stepped.add(1);
  if (batch_size == 1) {
    QVERIFY(stepped.rendezvous.await_store());
    stepped.store.answer({});
    QVERIFY(stepped.rendezvous.await_sleep());
  }
  stepped.close();
}

void TestEngineConformance::aTickMissedInFlightSweepsWhatArrivedAfterIt() {
  Stepped stepped({.batch_size = 2});
  stepped.clock.set(t0 + 4s);
  stepped.add(1);
  stepped.add(2);
  QVERIFY(stepped.rendezvous.await_store());
  stepped.clock.set(t0 + 6s);
  stepped.add(3);
  stepped.clock.set(t0 + 7s);
  stepped.store.answer({});
  const bool flushes = stepped.rendezvous.await_store();  // the tick of 5 s was missed, and fires now
  if (flushes) QCOMPARE(stepped.store.entries().size(), std::size_t{1});
  stepped.close();
  QVERIFY(flushes);
}

void TestEngineConformance::whatArrivesInABackoffWithNothingHeldIsFlushed_data() {
  QTest::addColumn<int>("schedule");
  QTest::addColumn<int>("arrivals");
  for (const int schedule : {0, 1, 2})
    for (const int arrivals : {1, 2})
      QTest::addRow("%s, %d", std::string(name_of(static_cast<SchedulePolicy>(schedule))).c_str(), arrivals)
          << schedule << arrivals;
}

// The batch was discarded, so the flusher backs off without pending entries. Adds must still wake
// it.
void TestEngineConformance::whatArrivesInABackoffWithNothingHeldIsFlushed() {
  QFETCH(int, schedule);
  QFETCH(int, arrivals);
  Stepped stepped(
      {.batch_size = 2, .schedule = static_cast<SchedulePolicy>(schedule), .on_failure = OnFailure::discard});
  stepped.add(1);
  stepped.add(2);
  QVERIFY(stepped.rendezvous.await_store());
  FlushOutcome lost;
  lost.failure = FailureClass::connection;
  stepped.store.answer(lost);
  QVERIFY(stepped.rendezvous.await_sleep());
  for (int n = 0; n < arrivals; ++n) stepped.add(static_cast<std::uint32_t>(3 + n));
  stepped.clock.set(t0 +
                    (arrivals == 2 ? Duration(200ms) : Duration(5s)));  // full: when the backoff ends; else at its tick
  const bool flushes = stepped.rendezvous.await_store();
  stepped.close();
  QVERIFY(flushes);
}

QTEST_GUILESS_MAIN(TestEngineConformance)
#include "tst_engine_conformance.moc"
