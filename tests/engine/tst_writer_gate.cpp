// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "engine/lanes.hpp"
#include "engine/writer_gate.hpp"
#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using namespace std::chrono_literals;
using driven::agent;
using driven::update_of;

/// How many of several stores write at once, and what the others do meanwhile.
class TestWriterGate : public QObject {
  Q_OBJECT

 private slots:
  void oneMoreIsKeptWhereItPays_data();
  void oneMoreIsKeptWhereItPays();
  void nothingIsTriedUntilSomebodyWaits();
  void oneWritesUntilSomebodyWaits();
  void whatIsOnlyTriedIsNotTheBest();
  void nobodyWritesWhileItHolds();
  void aCloseEndsTheWaitForATurn();
};

namespace {

constexpr Instant kStart{};

/// Lets `count` write, each flush of 1000 entries taking as long as `took` has for that number of
/// writers.
std::size_t found(std::size_t most, const std::map<std::size_t, Duration>& took) {
  WriterCount count(most);
  count.awaited();
  Instant now = kStart;
  for (int i = 0; i < 100; ++i) {
    const Duration one = took.at(count.allowed());
    for (std::size_t writer = count.allowed(); writer > 0; --writer) count.wrote(1000, now, now + one);
    now += one;
  }
  return count.allowed() == count.best() ? count.allowed() : 0;
}

/// Counts how many stores write at once; a flush ends when it may.
struct Meeting {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t writing = 0, most = 0, flushes = 0;
  bool may_end = false;
};

class MeetingStore final : public Store {
 public:
  explicit MeetingStore(Meeting& meeting) : meeting_(meeting) {}
  FlushOutcome flush(std::span<const Update>, std::span<const std::string>) override {
    std::unique_lock lock(meeting_.mutex);
    meeting_.most = std::max(meeting_.most, ++meeting_.writing);
    meeting_.changed.notify_all();
    meeting_.changed.wait(lock, [this] { return meeting_.may_end || is_cancelled_; });
    --meeting_.writing;
    ++meeting_.flushes;
    FlushOutcome outcome;
    if (is_cancelled_) outcome.failure = FailureClass::timeout;
    return outcome;
  }
  void cancel() noexcept override {
    const std::lock_guard lock(meeting_.mutex);
    is_cancelled_ = true;
    meeting_.changed.notify_all();
  }

 private:
  Meeting& meeting_;
  bool is_cancelled_ = false;
};

struct Stage {
  explicit Stage(Config config, std::size_t writers = 4) : gate(writers) {
    for (std::size_t i = 0; i < writers; ++i) {
      owned.push_back(gate.guard(std::make_unique<MeetingStore>(meeting)));
      stores.push_back(owned.back().get());
    }
    lanes = std::move(Lanes::create(validated(config).value(), stores).value());
  }
  /// One entry for every lane, due at once.
  void add() {
    std::set<std::size_t> reached;
    for (std::uint32_t i = 1; reached.size() < lanes->count(); ++i)
      if (reached.insert(lanes->lane_of(agent(i))).second) lanes->add(update_of(agent(i)));
  }

  Meeting meeting;
  WriterGate gate;
  std::vector<std::unique_ptr<Store>> owned;
  std::vector<Store*> stores;
  std::unique_ptr<Lanes> lanes;
};

Config one_by_one() {
  Config config;
  config.batch_size = 1;
  config.final_flush_timeout = 100ms;
  return config;
}

}  // namespace

void TestWriterGate::oneMoreIsKeptWhereItPays_data() {
  QTest::addColumn<std::vector<int>>("took_ms");  // of a flush, with 1, 2, 3 ... writers
  QTest::addColumn<int>("writers");
  QTest::newRow("each pays") << std::vector{100, 100, 100, 100} << 4;
  QTest::newRow("none pays") << std::vector{100, 200, 300, 400} << 1;
  QTest::newRow("two pay") << std::vector{100, 110, 165, 220} << 2;
  QTest::newRow("a twentieth more is not worth a connection") << std::vector{100, 191, 300, 400} << 1;
  QTest::newRow("there is only one") << std::vector{100} << 1;
  QTest::newRow("the second of two does not pay") << std::vector{100, 200} << 1;
  QTest::newRow("the second of two pays") << std::vector{100, 150} << 2;
  QTest::newRow("the last does not pay") << std::vector{100, 110, 120, 170} << 3;
}

void TestWriterGate::oneMoreIsKeptWhereItPays() {
  QFETCH(std::vector<int>, took_ms);
  QFETCH(int, writers);
  std::map<std::size_t, Duration> took;
  for (std::size_t i = 0; i < took_ms.size(); ++i) took[i + 1] = std::chrono::milliseconds(took_ms[i]);
  QCOMPARE(found(took_ms.size(), took), static_cast<std::size_t>(writers));
}

void TestWriterGate::nothingIsTriedUntilSomebodyWaits() {
  WriterCount count(4);
  for (int i = 0; i < 100; ++i) count.wrote(1000, kStart + i * 1s, kStart + i * 1s + 1s);
  QCOMPARE(count.allowed(), std::size_t{1});
  count.awaited();
  QCOMPARE(count.allowed(), std::size_t{2});
  count.awaited();
  QCOMPARE(count.allowed(), std::size_t{2});
}

void TestWriterGate::whatIsOnlyTriedIsNotTheBest() {
  WriterCount count(2);
  count.awaited();
  for (int i = 0; i < 4; ++i) {
    QCOMPARE(count.best(), std::size_t{2});
    count.wrote(1000, kStart + 1s, kStart + 2s);
  }
  QCOMPARE(count.allowed(), std::size_t{1});  // is tried now
  QCOMPARE(count.best(), std::size_t{2});
  count.wrote(1000, kStart + 1s, kStart + 3s);  // began before: beside another one
  QCOMPARE(count.allowed(), std::size_t{1});
  count.wrote(1000, kStart + 3s, kStart + 4s);
  QCOMPARE(count.allowed(), std::size_t{2});
}

void TestWriterGate::oneWritesUntilSomebodyWaits() {
  Stage stage(one_by_one());
  stage.add();
  {
    std::unique_lock lock(stage.meeting.mutex);
    stage.meeting.changed.wait(lock, [&] { return stage.meeting.writing > 0; });
    stage.meeting.may_end = true;
    stage.meeting.changed.notify_all();
  }
  QVERIFY(stage.lanes->wait_until_empty(std::nullopt));
  QCOMPARE(stage.meeting.most, std::size_t{1});
  QCOMPARE(stage.meeting.flushes, std::size_t{4});
  QCOMPARE(stage.lanes->snapshot().counters.written, std::uint64_t{4});

  stage.meeting.may_end = false;
  stage.gate.awaited();
  QCOMPARE(stage.gate.allowed(), std::size_t{2});
  stage.add();
  std::unique_lock lock(stage.meeting.mutex);
  stage.meeting.changed.wait(lock, [&] { return stage.meeting.writing == 2; });
  stage.meeting.may_end = true;
  stage.meeting.changed.notify_all();
}

void TestWriterGate::nobodyWritesWhileItHolds() {
  Stage stage(one_by_one());
  stage.meeting.may_end = true;
  stage.gate.hold();
  stage.add();
  const Instant soon = system_clock().now() + 50ms;
  QVERIFY(!stage.lanes->wait_until_empty(soon));
  QCOMPARE(stage.lanes->snapshot().counters.held(), std::uint64_t{4});
  stage.gate.awaited();
  QVERIFY(stage.lanes->wait_until_empty(std::nullopt));
  QCOMPARE(stage.lanes->snapshot().counters.written, std::uint64_t{4});
  WriterCount told(4, false);
  QCOMPARE(told.allowed(), std::size_t{4});
  told.hold();
  told.awaited();
  QCOMPARE(told.allowed(), std::size_t{4});
}

void TestWriterGate::aCloseEndsTheWaitForATurn() {
  Stage stage(one_by_one());
  stage.add();
  stage.lanes->close();  // none ends its flush by itself
  QCOMPARE(stage.lanes->snapshot().counters.held(), std::uint64_t{4});
  QCOMPARE(stage.meeting.most, std::size_t{1});
}

QTEST_APPLESS_MAIN(TestWriterGate)
#include "tst_writer_gate.moc"
