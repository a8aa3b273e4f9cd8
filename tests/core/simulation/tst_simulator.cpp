// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>

#include "base/sha256.hpp"
#include "support/scenarios.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;

namespace {

Simulator made(const Scenario& scenario) { return Simulator::create(validated(scenario).value()); }

Simulator finished(const Scenario& scenario) {
  Simulator simulator = made(scenario);
  simulator.run();
  return simulator;
}

std::uint64_t flushes(const Simulator& simulator, Reason reason) {
  return simulator.summary().flushes.flushes[static_cast<std::size_t>(reason)];
}

constexpr std::uint64_t operator""_u(unsigned long long number) { return number; }

}  // namespace

/// Results of simulations, compared with results calculated by hand.
class TstSimulator : public QObject {
  Q_OBJECT
 private slots:
  void tenAgentsFlushOnEveryTick();
  void headlineFleetIsDecidedByCapacityAt500();
  void headlineFleetIsDecidedByTheTickAt5000();
  void reportsComeAtTheirTimes_data();
  void reportsComeAtTheirTimes();
  void arrivalsDoNotDependOnSettings();
  void fleetChangesBurstsAndChurnCountExactly();
  void sameSeedSameLogOtherSeedAnother();
  void stepsMakeNoDifference();
  void theDigestIsThatOfTheLines();
  void identityHoldsAtEveryStep_data();
  void identityHoldsAtEveryStep();
  void replicasShareTheFleet();
  void aFleetThatRepeatsWritesAQuarter();
  void suppressionOfReplicasHearsTheOthers();
  void aSettingChangesWhileItRuns();
  void anImpossibleSettingIsRefusedWhileItRuns();
  void timelineAgreesWithTheCounters();
  void factsDetermineTheTrigger();
  void anEmptyFleetDoesNothing();
  void impossibleScenariosAreNotSimulated();
};

void TstSimulator::tenAgentsFlushOnEveryTick() {
  // A report every 0.4 s: 150 in a minute, 900 updates. In each 5 s every agent reports once or
  // twice, so each of the 12 ticks takes 10 x 6 entries. The report at 56 s waits longest, because
  // the next one of its agent would come at the end.
  const Simulator simulator = finished(scenario_of({{"agents", "10"}, {"keys", "6"}, {"every", "4s"}, {"for", "60s"}}));
  const Summary summary = simulator.summary();
  QCOMPARE(simulator.reports(), 150_u);
  QCOMPARE(summary.counters.offered, 900_u);
  QCOMPARE(summary.counters.written, 720_u);
  QCOMPARE(summary.counters.coalesced, 180_u);
  QCOMPARE(summary.counters.held(), 0_u);
  QCOMPARE(flushes(simulator, Reason::scheduled), 12_u);
  QCOMPARE(summary.flushes.total_flushes(), 12_u);
  QCOMPARE(summary.flushes.chunks, 12_u);
  QCOMPARE(summary.flushes.notify_bytes, 12_u * 10 * 22);
  QCOMPARE(summary.seconds, 60.0);
  QCOMPARE(summary.db_writes_per_s, 0.2);
  QCOMPARE(summary.notifies_per_s, 0.2);
  QCOMPARE(summary.unbatched_db_writes_per_s, 2.5);
  QCOMPARE(summary.saved, 1.0 - 24.0 / 300.0);
  QCOMPARE(summary.delay_max, 4.01);
}

void TstSimulator::headlineFleetIsDecidedByCapacityAt500() {
  // 900 entries a second, 4,500 from tick to tick: 9 full batches. The report that arrives with the
  // first tick adds 15 entries, which that tick takes alone. From then on the last of 9 batches
  // fills with the tick; 485 are left for the last one.
  const Simulator simulator = finished(scenario_of({{"for", "60s"}}));
  QCOMPARE(simulator.reports(), 3600_u);
  QCOMPARE(flushes(simulator, Reason::capacity), 107_u);
  QCOMPARE(flushes(simulator, Reason::scheduled), 2_u);
  QCOMPARE(flushes(simulator, Reason::shutdown), 0_u);
  QCOMPARE(simulator.summary().counters.written, 54'000_u);
  QVERIFY(std::abs(simulator.summary().db_writes_per_s - 1.8) < 0.02);
  QVERIFY(std::abs(simulator.summary().notifies_per_s - 1.8) < 0.02);
  QCOMPARE(simulator.summary().unbatched_notifies_per_s, 60.0);
}

void TstSimulator::headlineFleetIsDecidedByTheTickAt5000() {
  const Simulator simulator = finished(scenario_of({{"for", "60s"}, {"batch-size", "5000"}}));
  QCOMPARE(flushes(simulator, Reason::capacity), 0_u);
  QCOMPARE(flushes(simulator, Reason::scheduled), 12_u);
  QCOMPARE(simulator.summary().db_writes_per_s, 0.2);
  QCOMPARE(simulator.summary().notifies_per_s, 0.2);
  QCOMPARE(simulator.summary().delay_max, 5.01);  // of the report at 0 s
}

void TstSimulator::reportsComeAtTheirTimes_data() {
  QTest::addColumn<QString>("start");
  QTest::addColumn<int>("at_once");  // reports at the first instant
  QTest::addColumn<int>("in_a_minute");
  QTest::newRow("spread") << "spread" << 1 << 60;
  QTest::newRow("together") << "together" << 10 << 60;
  QTest::newRow("random") << "random" << 0 << 60;
}

void TstSimulator::reportsComeAtTheirTimes() {
  QFETCH(QString, start);
  QFETCH(int, at_once);
  QFETCH(int, in_a_minute);
  Simulator simulator = made(scenario_of({{"agents", "10"}, {"for", "60s"}, {"start", start.toStdString()}}));
  simulator.run_until(0s);
  QCOMPARE(simulator.reports(), static_cast<std::uint64_t>(at_once));
  simulator.run_until(10s - 1ns);
  QCOMPARE(simulator.reports(), 10_u);
  simulator.run();
  QCOMPARE(simulator.reports(), static_cast<std::uint64_t>(in_a_minute));
}

void TstSimulator::arrivalsDoNotDependOnSettings() {
  Scenario scenario = scenario_of({{"late", "5%"},
                                   {"late-by", "10s"},
                                   {"jitter", "2s"},
                                   {"stay", "1m"},
                                   {"away", "1m"},
                                   {"duplicates", "3%"},
                                   {"replicas", "2"},
                                   {"for", "2m"}});
  const Simulator one = finished(scenario);
  scenario.config.batch_size = 37;
  scenario.config.queue = QueuePolicy::fifo;
  scenario.store.failures = 300'000;
  const Simulator other = finished(scenario);
  QVERIFY(one.digest() != other.digest());
  QCOMPARE(one.reports(), other.reports());
  QCOMPARE(one.late_reports(), other.late_reports());
  QCOMPARE(one.repeated_reports(), other.repeated_reports());
  for (std::size_t i = 0; i < 2; ++i) QCOMPARE(one.replica(i).counters.offered, other.replica(i).counters.offered);
}

void TstSimulator::fleetChangesBurstsAndChurnCountExactly() {
  const auto reports = [](std::string_view field, std::string_view text) {
    return finished(scenario_of({{"agents", "10"},
                                 {"for", "60s"},
                                 {"burst-share", "50%"},
                                 {"burst-reports", "2"},
                                 {"away", "1m"},
                                 {field, text}}))
        .reports();
  };
  QCOMPARE(reports("seed", "1"), 60_u);
  QCOMPARE(reports("fleet-change", "30s+10"), 60_u + 30);
  QCOMPARE(reports("fleet-change", "30s-5"), 60_u - 15);  // those with a phase of 5 s and more
  QCOMPARE(reports("fleet-change", "30s-99"), 30_u);
  QCOMPARE(reports("fleet-change", "30s-5,31s+5"), 60_u);  // back before the failure was noticed
  QCOMPARE(reports("fleet-change", "30s-5,41s+5"), 60_u - 10 + 5);
  QCOMPARE(reports("burst-every", "20s"), 60_u + 2 * 5 * 2);  // at 20 s and 40 s; 60 s is the end
  const std::uint64_t churned = finished(scenario_of({{"stay", "1m"}, {"away", "1m"}, {"for", "1h"}})).reports();
  QVERIFY(churned > 360 * 600 * 45 / 100 && churned < 360 * 600 * 55 / 100);
}

void TstSimulator::sameSeedSameLogOtherSeedAnother() {
  for (const NamedScenario& one : varied_scenarios()) {
    const Simulator first = finished(one.scenario), second = finished(one.scenario);
    QVERIFY(first.events() > 10);
    QCOMPARE(first.digest(), second.digest());
    Scenario scenario = one.scenario;
    scenario.seed += 1;
    if (std::string_view(one.name) != "saturated")  // nothing is drawn there
      QVERIFY2(finished(scenario).digest() != first.digest(), one.name);
  }
}

void TstSimulator::stepsMakeNoDifference() {
  for (const NamedScenario& one : varied_scenarios()) {
    const Simulator whole = finished(one.scenario);
    Simulator stepped = made(one.scenario);
    for (int i = 0; !stepped.finished(); ++i)
      i % 2 == 0 ? stepped.run_for(137ms) : stepped.run_until(Duration::max(), 11);
    QCOMPARE(stepped.digest(), whole.digest());
    QCOMPARE(stepped.now(), whole.now());
    QVERIFY(stepped.counters() == whole.counters());
  }
}

void TstSimulator::theDigestIsThatOfTheLines() {
  Simulator simulator = made(scenario_of({{"agents", "2"}, {"keys", "1"}, {"every", "4s"}, {"for", "5s"}}));
  std::string lines;
  simulator.set_sink([&](std::string_view line) { lines.append(line).append("\n"); });
  simulator.run();
  QCOMPARE(lines,
           std::string("5000000000 take r=0 id=1 reason=scheduled entries=2 agents=2 chunks=1\n"
                       "5000000000 close r=0 held=2\n"
                       "5010000000 done r=0 id=1 written=2 rows_stale=0 unmatched=0 published=1 publish_errors=0 "
                       "notify_bytes=44\n"
                       "5010000000 end r=0 offered=3 dropped=0 coalesced=1 stale=0 written=2 rows_stale=0 "
                       "unmatched=0 discarded=0 quarantined=0 held=0\n"));
  QCOMPARE(simulator.digest(), sha256_hex(lines));
  QCOMPARE(simulator.events(), 4_u);
}

void TstSimulator::identityHoldsAtEveryStep_data() {
  QTest::addColumn<int>("index");
  const auto all = varied_scenarios();
  for (std::size_t i = 0; i < all.size(); ++i) QTest::newRow(all[i].name) << static_cast<int>(i);
}

void TstSimulator::identityHoldsAtEveryStep() {
  QFETCH(int, index);
  Simulator simulator = made(varied_scenarios()[static_cast<std::size_t>(index)].scenario);
  std::uint64_t offered = 0;
  while (!simulator.finished()) {
    simulator.run_until(Duration::max(), 7);
    Counters sum;
    for (std::size_t i = 0; i < simulator.replicas(); ++i) {
      const Counters counters = simulator.replica(i).counters;
      QVERIFY(counters.balanced());
      sum += counters;
    }
    QVERIFY(sum == simulator.counters());
    QVERIFY(sum.offered >= offered);
    offered = sum.offered;
  }
  QCOMPARE(simulator.summary().counters.offered, offered);
}

void TstSimulator::replicasShareTheFleet() {
  const Simulator simulator = finished(scenario_of({{"replicas", "3"}, {"for", "60s"}}));
  QCOMPARE(simulator.counters().offered, 54'000_u);
  for (std::size_t i = 0; i < 3; ++i) {
    const ReplicaState replica = simulator.replica(i);
    QVERIFY(replica.counters.offered > 14'000 && replica.counters.offered < 22'000);
    QCOMPARE(replica.counters.offered % (15 * 6), 0_u);  // an agent stays with its replica: six reports of 15 keys
    QVERIFY(replica.finished && !replica.in_flight);
  }
}

// Four of five reports repeat the values of the one before. A value is written again after 5
// minutes, which is every 30th report where it does not change.
void TstSimulator::aFleetThatRepeatsWritesAQuarter() {
  Scenario scenario = scenario_of({{"for", "30m"}, {"fleet.unchanged", "80%"}});
  const Summary without = finished(scenario).summary();
  scenario.config.suppress_unchanged = 5min;
  const Summary with = finished(scenario).summary();
  QCOMPARE(without.counters.unchanged, 0_u);
  QVERIFY2(with.counters.written * 4 <= without.counters.written, std::to_string(with.counters.written).c_str());
  QCOMPARE(with.counters.offered, without.counters.offered);
  QCOMPARE(with.counters.held(), 0_u);
  // Batches are fuller, so that flushes become rarer too.
  QVERIFY(with.flushes.total_flushes() * 3 < without.flushes.total_flushes() * 2);
  QVERIFY(with.flushes.chunks * 3 < without.flushes.chunks * 2);
  // While it is off, a sample says what it would save: with 60 s about 73 %.
  const double share = static_cast<double>(without.flushes.repeated) / static_cast<double>(without.flushes.examined);
  QVERIFY2(share > 0.68 && share < 0.78, std::to_string(share).c_str());
}

void TstSimulator::suppressionOfReplicasHearsTheOthers() {
  const Simulator simulator = finished(scenario_of(
      {{"for", "5m"}, {"replicas", "3"}, {"agents", "60"}, {"fleet.unchanged", "80%"}, {"suppress-unchanged", "60s"}}));
  const Counters counters = simulator.summary().counters;
  QVERIFY(counters.balanced());
  QVERIFY(counters.unchanged > 0);
  QCOMPARE(counters.held(), 0_u);
}

void TstSimulator::aSettingChangesWhileItRuns() {
  Scenario scenario = scenario_of({{"for", "60s"}});
  Simulator by_hand = made(scenario);
  by_hand.run_until(30'001ms);
  Config config = by_hand.scenario().config;
  config.batch_size = 5000;
  QVERIFY(by_hand.reconfigure(config).has_value());
  by_hand.run();
  QVERIFY(set_field(scenario, "changes", "30001ms:batch-size=5000").has_value());
  const Simulator listed = finished(scenario);
  QCOMPARE(listed.digest(), by_hand.digest());
  QCOMPARE(listed.scenario().config.batch_size, std::int64_t{5000});
  QVERIFY(flushes(listed, Reason::capacity) >= 53 && flushes(listed, Reason::capacity) <= 55);
  QVERIFY(flushes(listed, Reason::scheduled) >= 6);
}

void TstSimulator::anImpossibleSettingIsRefusedWhileItRuns() {
  Simulator simulator = made(scenario_of({{"for", "10s"}}));
  simulator.run_for(1s);
  const std::string digest = simulator.digest();
  Config config;
  config.batch_size = -1;
  QCOMPARE(simulator.reconfigure(config).error().code, Errc::setting_negative);
  QCOMPARE(simulator.digest(), digest);
}

void TstSimulator::timelineAgreesWithTheCounters() {
  const Simulator simulator = finished(scenario_of({{"for", "60s"}, {"sample-every", "1s"}, {"outage", "20s+10s"}}));
  const Timeline& timeline = simulator.timeline();
  std::vector<Column> columns(61);
  const auto sum = [&](std::string_view series) {
    timeline.decimate(*timeline.series(series), Instant(1ns), Instant(61s + 1ns), columns);
    double total = 0;
    for (const Column& column : columns) total += column.measured ? column.last : 0;
    return total;
  };
  const Summary summary = simulator.summary();
  const auto rounded = [](double number) { return static_cast<std::uint64_t>(std::llround(number)); };
  QCOMPARE(rounded(sum("updates")), summary.counters.offered);
  QCOMPARE(rounded(sum("reports")), simulator.reports());
  QCOMPARE(rounded(sum("coalesced")), summary.counters.coalesced);
  QVERIFY(sum("flush_failures") > 2);
  QVERIFY(std::abs(sum("writes") - static_cast<double>(summary.flushes.total_flushes())) < 2);
  QVERIFY(sum("delay_max") > 10);
  QCOMPARE(timeline.latest(*timeline.series("held")), 0.0);
  QCOMPARE(timeline.latest(*timeline.series("agents")), 600.0);
  timeline.decimate(*timeline.series("batch_size"), Instant(25s), Instant(26s), std::span(columns).first(1));
  QVERIFY(!columns[0].measured);  // nothing was flushed
}

void TstSimulator::factsDetermineTheTrigger() {
  const RunFacts facts = finished(scenario_of({{"for", "60s"}})).facts();
  QVERIFY(facts.finished);
  QCOMPARE(facts.chunks_a_flush, 1.0);
  QVERIFY(std::abs(facts.flush_seconds - 0.01) < 1e-9);
  QVERIFY(std::abs(facts.busy_share - 109 * 0.01 / 60.01) < 1e-9);
  QVERIFY(facts.room_share >= 0.005 && facts.room_share < 0.006);  // 500 of 100,000
  QCOMPARE(reasons(facts).front().kind, FindingKind::capacity_decides);
  QCOMPARE(warnings(facts).size(), std::size_t{1});
  QCOMPARE(warnings(facts).front().kind, FindingKind::interval_cannot_matter);
}

void TstSimulator::anEmptyFleetDoesNothing() {
  const Simulator simulator = finished(scenario_of({{"agents", "0"}, {"burst-every", "1s"}, {"for", "60s"}}));
  QCOMPARE(simulator.counters(), Counters{});
  QCOMPARE(simulator.summary().saved, 0.0);
  QCOMPARE(simulator.now(), Duration(60s));
  QCOMPARE(simulator.events(), 2_u);
}

void TstSimulator::impossibleScenariosAreNotSimulated() {
  Scenario scenario;
  scenario.fleet.keys = 0;
  QCOMPARE(validated(scenario).error().code, Errc::field_too_small);
}

QTEST_GUILESS_MAIN(TstSimulator)
#include "tst_simulator.moc"
