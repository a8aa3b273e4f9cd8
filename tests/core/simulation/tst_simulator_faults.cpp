// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "metabatch/chunks.hpp"
#include "support/scenarios.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;

namespace {

Simulator finished(const Scenario& scenario) {
  Simulator simulator = Simulator::create(validated(scenario).value());
  simulator.run();
  return simulator;
}

Uuid agent(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

/// One update of the agent, as recorded.
RecordedReport recorded(Duration at, std::uint8_t number, std::int64_t stamp) {
  return {at, agent(number), {"cpu"}, {"12 %"}, {""}, {WallTime(std::chrono::microseconds(stamp))}};
}

Simulator played(const Scenario& scenario, Recording recording) {
  Simulator simulator =
      Simulator::create(validated(scenario).value(), std::make_shared<const Recording>(std::move(recording))).value();
  simulator.run();
  return simulator;
}

constexpr std::uint64_t operator""_u(unsigned long long number) { return number; }

}  // namespace

/// A fault in a simulation has the same effects as in production.
class TstSimulatorFaults : public QObject {
  Q_OBJECT
 private slots:
  void fifoDropsWhileAFlushIsInFlight();
  void coalesceDropsNothingUnderTheSameLoad();
  void whatTheFinalFlushCannotWriteIsHeld();
  void anOutageIsRetainedAndWrittenLater();
  void savedIsKnownWhereAllThatArrivedIsWritten();
  void anOutageBreaksTheFlushInFlight();
  void discardLosesWhatTheOutageMet();
  void failuresAreCountedByClass();
  void aMissingPermissionIsRetriedSlowly();
  void aSlowDatabaseTakesItsFactorLonger();
  void unpublishedChunksAreCountedAndTheRowsWritten();
  void agentsWithoutRowsAreUnmatched();
  void anOldStampIsStaleBeforeTheFlushAndAfterIt();
  void aLaterReplicaLeavesNewerRowsAlone();
  void lateAndRepeatedReportsAreStale();
  void aRecordingIsPlayedAsItCame();
  void unequalListsOfARecordingAreRefused();
  void agentsNeedAsManyChunksAsTheirIds();
};

namespace {

/// 10 agents report 10 keys together every second; a flush takes 10 s.
Scenario saturated(std::string_view queue) {
  return scenario_of({{"agents", "10"},
                      {"keys", "10"},
                      {"every", "1s"},
                      {"start", "together"},
                      {"for", "10500ms"},
                      {"batch-size", "50"},
                      {"queue", queue},
                      {"queue-capacity", "50"},
                      {"latency-p50", "10s"},
                      {"final-flush-timeout", "60s"}});
}

}  // namespace

void TstSimulatorFaults::fifoDropsWhileAFlushIsInFlight() {
  // At 0 s five reports fill the batch, which leaves; the other five fill the queue. Until it is
  // done at 10 s all 900 updates are dropped. Then the queue becomes the next batch, five reports
  // fill the queue again, five are dropped.
  Simulator simulator = Simulator::create(validated(saturated("fifo")).value());
  std::vector<std::string> drops;
  simulator.set_sink([&](std::string_view line) {
    if (line.find("drop ") != line.npos || line.find("dropped ") != line.npos) drops.emplace_back(line);
  });
  simulator.run_until(0s);
  QCOMPARE(simulator.counters().in_flight, 50_u);
  QCOMPARE(simulator.counters().queued, 50_u);
  simulator.run_until(10s - 1ns);
  QCOMPARE(simulator.counters().dropped_full, 900_u);
  simulator.run();
  const Counters counters = simulator.counters();
  QCOMPARE(counters.offered, 1100_u);
  QCOMPARE(counters.dropped_full, 950_u);
  QCOMPARE(counters.written, 150_u);
  QCOMPARE(simulator.now(), Duration(30s));
  QCOMPARE(drops, (std::vector<std::string>{"1000000000 drop r=0", "10000000000 dropped r=0 updates=900",
                                            "10000000000 drop r=0", "20000000000 dropped r=0 updates=50"}));
  const auto found = warnings(simulator.facts());
  QVERIFY(std::count(found.begin(), found.end(), RunFinding{FindingKind::fifo_drops, 950, 1100}) == 1);
}

void TstSimulatorFaults::coalesceDropsNothingUnderTheSameLoad() {
  Scenario scenario = saturated("coalesce");
  scenario.config.queue_capacity = 100;
  const Counters counters = finished(scenario).counters();
  QCOMPARE(counters.offered, 1100_u);
  QCOMPARE(counters.dropped(), 0_u);
  QCOMPARE(counters.written + counters.coalesced, 1100_u);
}

void TstSimulatorFaults::whatTheFinalFlushCannotWriteIsHeld() {
  Scenario scenario = saturated("fifo");
  scenario.config.final_flush_timeout = 15s;  // the flush of 10 s ends, the next one is cancelled at 25.5 s
  const Simulator simulator = finished(scenario);
  QCOMPARE(simulator.counters().written, 100_u);
  QCOMPARE(simulator.counters().held(), 50_u);
  QCOMPARE(simulator.now(), Duration(25'500ms));
  QCOMPARE(simulator.summary().flushes.failures[static_cast<std::size_t>(FailureClass::timeout)], 1_u);
  QCOMPARE(warnings(simulator.facts()).back(), (RunFinding{FindingKind::left_unwritten, 50, 0}));
}

void TstSimulatorFaults::anOutageIsRetainedAndWrittenLater() {
  Simulator simulator = Simulator::create(validated(scenario_of({{"for", "2m"}, {"outage", "20s+40s"}})).value());
  simulator.run_until(20s);
  const std::uint64_t written = simulator.counters().written;
  simulator.run_until(60s - 1ns);
  QCOMPARE(simulator.counters().written, written);
  QCOMPARE(simulator.counters().held(), 9000_u);  // every key of the fleet, once
  QVERIFY(simulator.counters().coalesced > 20'000);
  simulator.run();
  const Summary summary = simulator.summary();
  QCOMPARE(summary.counters.written + summary.counters.coalesced, 108'000_u);
  QVERIFY(summary.flushes.failures[static_cast<std::size_t>(FailureClass::connection)] > 5);
  // A repeat comes every 10 s and replaces the waiting value; the backoff adds up to 5 s.
  QVERIFY(summary.delay_max <= 15.1);
}

void TstSimulatorFaults::savedIsKnownWhereAllThatArrivedIsWritten() {
  const auto says = [](const Simulator& simulator) {
    const std::vector<RunFinding> found = reasons(simulator.facts());
    return std::any_of(found.begin(), found.end(), [](const RunFinding& f) { return f.kind == FindingKind::saves; });
  };
  Simulator simulator = Simulator::create(validated(scenario_of({{"for", "2m"}, {"outage", "20s+40s"}})).value());
  simulator.run_until(5s);
  QVERIFY2(!simulator.facts().saved, "too short to say");
  simulator.run_until(20s);
  QCOMPARE(simulator.facts().saved, std::optional(simulator.summary().saved));
  QVERIFY(says(simulator));
  simulator.run_until(23s);
  QVERIFY2(!simulator.facts().saved, "flushes fail");
  simulator.run_until(50s);
  QVERIFY2(!simulator.facts().saved, "nothing is written");
  QVERIFY(!says(simulator));
  simulator.run();
  QVERIFY(simulator.facts().saved && *simulator.facts().saved < simulator.summary().saved);  // failed attempts count
  QVERIFY2(!finished(scenario_of({{"for", "1m"}, {"outage", "30s+2m"}})).facts().saved, "the last are not written");
  QVERIFY2(!finished(saturated("fifo")).facts().saved, "updates were dropped");
}

void TstSimulatorFaults::anOutageBreaksTheFlushInFlight() {
  // The tick at 5 s takes a batch that would need 2 s; the connection breaks at 6 s.
  Simulator simulator = Simulator::create(
      validated(scenario_of({{"agents", "10"}, {"latency-p50", "2s"}, {"outage", "6s+1s"}, {"for", "20s"}})).value());
  std::vector<std::string> lines;
  simulator.set_sink([&](std::string_view line) { lines.emplace_back(line); });
  simulator.run();
  QCOMPARE(lines[1], std::string("6000000000 fail r=0 id=1 class=connection entries=90"));
  QCOMPARE(simulator.counters().held(), 0_u);
}

void TstSimulatorFaults::discardLosesWhatTheOutageMet() {
  const Simulator simulator = finished(scenario_of({{"for", "1m"}, {"outage", "20s+10s"}, {"on-failure", "discard"}}));
  const Counters counters = simulator.counters();
  QVERIFY(counters.discarded >= 1000);
  QCOMPARE(counters.written + counters.discarded + counters.coalesced, counters.offered);
}

void TstSimulatorFaults::failuresAreCountedByClass() {
  const Summary summary =
      finished(scenario_of({{"failures", "25%"}, {"failure-class", "disk"}, {"for", "10m"}})).summary();
  const auto failed = summary.flushes.failures[static_cast<std::size_t>(FailureClass::disk)];
  QCOMPARE(summary.flushes.total_failures(), failed);
  const double share = static_cast<double>(failed) / static_cast<double>(failed + summary.flushes.total_flushes());
  QVERIFY2(share > 0.2 && share < 0.3, qPrintable(QString::number(share)));
  QCOMPARE(summary.counters.written, summary.counters.offered - summary.counters.coalesced);
}

void TstSimulatorFaults::aMissingPermissionIsRetriedSlowly() {
  const Summary summary =
      finished(scenario_of({{"failures", "100%"}, {"failure-class", "permission"}, {"for", "5m"}})).summary();
  const auto tries = summary.flushes.failures[static_cast<std::size_t>(FailureClass::permission)];
  QVERIFY2(tries >= 13 && tries <= 20, qPrintable(QString::number(tries)));  // after 1 s, doubling to 30 s, and the end
  QCOMPARE(summary.counters.written, 0_u);
}

void TstSimulatorFaults::aSlowDatabaseTakesItsFactorLonger() {
  // 12 ticks take 12 x 10 ms; those from 20 s to 40 s (both ticks at the edges: 20, 25, 30, 35)
  // five times as long.
  const Simulator simulator = finished(
      scenario_of({{"agents", "10"}, {"keys", "6"}, {"for", "60s"}, {"slow", "20s+20s"}, {"slow-factor", "5"}}));
  QCOMPARE(simulator.replica(0).busy, Duration(8 * 10ms + 4 * 50ms));
}

void TstSimulatorFaults::unpublishedChunksAreCountedAndTheRowsWritten() {
  const Summary summary = finished(scenario_of({{"publish-failures", "100%"}, {"for", "1m"}})).summary();
  QCOMPARE(summary.flushes.chunks, 0_u);
  QCOMPARE(summary.flushes.publish_errors, summary.flushes.total_flushes());
  QCOMPARE(summary.counters.written, summary.counters.offered);
}

void TstSimulatorFaults::agentsWithoutRowsAreUnmatched() {
  QCOMPARE(finished(scenario_of({{"unregistered", "100%"}, {"for", "1m"}})).counters().unmatched, 54'000_u);
  const Counters some = finished(scenario_of({{"unregistered", "10%"}, {"for", "1m"}})).counters();
  QVERIFY(some.unmatched > 3000 && some.unmatched < 8000);
  QCOMPARE(some.unmatched % 90, 0_u);  // all updates of an agent, or none
  QCOMPARE(some.written + some.unmatched, 54'000_u);
}

void TstSimulatorFaults::anOldStampIsStaleBeforeTheFlushAndAfterIt() {
  const Simulator simulator = played(scenario_of({{"for", "20s"}}), {recorded(1s, 1, 100), recorded(2s, 1, 50),
                                                                     recorded(3s, 1, 100),  // waiting: newer
                                                                     recorded(6s, 1, 99),   // row: newer
                                                                     recorded(11s, 1, 100), recorded(12s, 2, 1)});
  const Counters counters = simulator.counters();
  QCOMPARE(counters.stale, 2_u);
  QCOMPARE(counters.rows_stale, 1_u);
  QCOMPARE(counters.written, 3_u);
}

void TstSimulatorFaults::aLaterReplicaLeavesNewerRowsAlone() {
  const Simulator simulator =
      finished(scenario_of({{"replicas", "3"}, {"late", "20%"}, {"late-by", "30s"}, {"for", "5m"}}));
  const Counters counters = simulator.counters();
  QVERIFY(counters.rows_stale > 10'000);
  QVERIFY(simulator.late_reports() > 3000 && simulator.late_reports() < 4000);
  QVERIFY(simulator.reports() <= 18'000 && simulator.reports() > 17'500);  // once each; some would come after the end
  QCOMPARE(counters.written + counters.rows_stale + counters.coalesced + counters.stale, counters.offered);
}

void TstSimulatorFaults::lateAndRepeatedReportsAreStale() {
  const Simulator late =
      finished(scenario_of({{"late", "10%"}, {"late-by", "25s"}, {"batch-size", "20000"}, {"for", "5m"}}));
  QVERIFY(late.counters().rows_stale > 1000);
  const Simulator repeated = finished(scenario_of({{"duplicates", "10%"}, {"batch-size", "20000"}, {"for", "5m"}}));
  QCOMPARE(repeated.reports(), 18'000_u + repeated.repeated_reports());
  QCOMPARE(repeated.counters().stale, repeated.repeated_reports() * 15);  // they come at once: the first still waits
}

void TstSimulatorFaults::aRecordingIsPlayedAsItCame() {
  RecordedReport unstamped = recorded(8s, 3, 0);
  unstamped.stamps.clear();
  const Simulator simulator = played(scenario_of({{"for", "10s"}, {"agents", "99"}, {"replicas", "2"}}),
                                     {recorded(1s, 1, 100), recorded(1s, 2, 100), unstamped, recorded(10s, 4, 200)});
  QCOMPARE(simulator.reports(), 3_u);  // the end is exclusive
  QCOMPARE(simulator.agents_present(), 3_u);
  QCOMPARE(simulator.counters().written, 3_u);
}

void TstSimulatorFaults::unequalListsOfARecordingAreRefused() {
  RecordedReport odd = recorded(1s, 1, 100);
  odd.values.emplace_back();
  const auto recording = std::make_shared<const Recording>(Recording{recorded(0s, 1, 1), odd});
  const auto refused = Simulator::create(ValidScenario(), recording);
  QCOMPARE(refused.error(), (Error{Errc::unequal_lists, 1}));
}

void TstSimulatorFaults::agentsNeedAsManyChunksAsTheirIds() {
  const Scenario scenario = scenario_of({{"keys", "1"}, {"start", "together"}, {"batch-size", "600"}, {"for", "5s"}});
  const Simulator simulator = finished(scenario);
  std::vector<Uuid> ids(600);
  QCOMPARE(simulator.summary().flushes.chunks, std::uint64_t{encode_chunks(ids)->size()});
  QCOMPARE(simulator.summary().flushes.chunks, 2_u);
  QCOMPARE(simulator.summary().flushes.notify_bytes, 600_u * 22);
}

QTEST_GUILESS_MAIN(TstSimulatorFaults)
#include "tst_simulator_faults.moc"
