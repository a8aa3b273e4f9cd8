// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "models/arrivals.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

class TestArrivalRing : public QObject {
  Q_OBJECT
 private slots:
  void theRingKeepsTheLastMinutes();
  void theRingKeepsToItsMemory();
  void aSnapshotStaysAsItIs();
  void arrivalsComeBackAsTheyWere();
  void aReportThatComesInPartsIsOne();
};

void TestArrivalRing::theRingKeepsTheLastMinutes() {
  ArrivalRing ring;
  QVERIFY(ring.isEmpty());
  for (int second = 0; second < 1200; ++second) add(ring, kBegan + second * 1s, 1, 2);
  QVERIFY(ring.end() == kBegan + 1199s);
  QVERIFY(ring.begin() >= kBegan + 1199s - kRingSpan - kRingSpan / 10);
  QVERIFY(ring.begin() <= kBegan + 1199s - kRingSpan + 1s);
  QCOMPARE(ring.reports(), ring.recording(ring.begin())->size());
  QCOMPARE(ring.updates(), 2 * ring.reports());
  add(ring, kBegan, 2, 1);  // a clock that went back
  QVERIFY(ring.end() == kBegan + 1199s);
}

void TestArrivalRing::theRingKeepsToItsMemory() {
  constexpr std::size_t kMost = 1 << 20;
  ArrivalRing ring(24h, kMost);
  for (int i = 0; i < 20'000; ++i) add(ring, kBegan + i * 1ms, 1, 3, 500);
  QVERIFY(ring.bytes() <= kMost);
  QVERIFY(ring.bytes() > kMost / 2);
  QVERIFY(ring.ownBytes() < kMost);
  QVERIFY(ring.end() == kBegan + 19'999ms);
  std::size_t bytes = 0;
  const auto recording = ring.recording(ring.begin());
  for (const RecordedReport& report : *recording) bytes += report.values.size() * 500;
  QVERIFY(bytes < ring.bytes());
}

void TestArrivalRing::aSnapshotStaysAsItIs() {
  ArrivalRing ring;
  add(ring, kBegan, 1, 2);
  const ArrivalRing snapshot = ring.snapshot();
  for (int i = 1; i < 1000; ++i) add(ring, kBegan + i * 1s, 2, 2);
  ring.clear();
  QCOMPARE(snapshot.reports(), std::size_t{1});
  QCOMPARE(snapshot.recording(kBegan)->size(), std::size_t{1});
}

void TestArrivalRing::arrivalsComeBackAsTheyWere() {
  ArrivalRing ring;
  add(ring, kBegan, 1, 1);
  add(ring, kBegan + 2s, 7, 3, 40);
  const auto recording = ring.recording(kBegan + 500ms);
  QCOMPARE(recording->size(), std::size_t{1});
  const RecordedReport& report = recording->front();
  QVERIFY(report.at == 1500ms && report.agent == agent(7));
  QCOMPARE(report.keys, (std::vector<std::string>{"key 0", "key 1", "key 2"}));
  for (const std::string& value : report.values) QCOMPARE(value.size(), std::size_t{40});
  QVERIFY(report.stamps.back() == WallTime((1h + 2s) / 1us * 1us));
}

void TestArrivalRing::aReportThatComesInPartsIsOne() {
  ArrivalRing ring;
  const auto part = [&](Instant at, std::string_view key, bool goesOn) {
    ring.add(report_of({agent(1), key, "v", "", WallTime{}}), at, goesOn);
  };
  part(kBegan, "a", false);
  part(kBegan, "b", true);
  part(kBegan, "c", true);
  part(kBegan, "d", false);
  QCOMPARE(ring.reports(), std::size_t{2});
  QCOMPARE(ring.updates(), std::size_t{4});
  const ArrivalRing snapshot = ring.snapshot();
  part(kBegan, "e", true);  // the report in the snapshot is unchanged
  QCOMPARE(ring.reports(), std::size_t{3});
  QCOMPARE(snapshot.updates(), std::size_t{4});
  std::vector<std::vector<std::string>> keys;
  const auto recording = ring.recording(kBegan);
  for (const RecordedReport& report : *recording) keys.push_back(report.keys);
  QVERIFY((keys == std::vector<std::vector<std::string>>{{"a", "b", "c"}, {"d"}, {"e"}}));
  ArrivalRing whole;  // its memory is that of the whole report
  add(whole, kBegan, 1, 3, 1);
  ArrivalRing parts;
  for (const std::string_view key : {"a", "b", "c"})
    parts.add(report_of({agent(1), key, "v", "", WallTime{}}), kBegan, key != "a");
  QCOMPARE(parts.bytes(), whole.bytes());
}

QTEST_GUILESS_MAIN(TestArrivalRing)
#include "tst_arrival_ring.moc"
