// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/rng.hpp"
#include "health/text.hpp"
#include "simulation/run_health.hpp"
#include "support/scenarios.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;

/// Faults that begin and end while a simulation runs, and what its health says meanwhile.
class TstLiveFaults : public QObject {
  Q_OBJECT
 private slots:
  void whatWasInjectedIsTheScenarioOfTheSameLog();
  void aFlushInFlightBreaksWhenTheDatabaseGoes();
  void aFaultThatTheScenarioHasEndsAndLaterTimesStay();
  void aFaultThatIsNeverEndedLastsToTheEnd();
  void aFullListTakesNoMore();
  void aLockedRowIsSetApartAndWrittenLater();
  void refusedValuesAreQuarantined();
  void watchersCutOffMissTheirNotifications();
  void healthFollowsTheFaults();
  void healthDoesNotChangeTheLog();
};

namespace {

constexpr std::uint64_t operator""_u(unsigned long long number) { return number; }

Simulator of(const Scenario& scenario) { return Simulator::create(validated(scenario).value()); }
std::string digest_of(const Scenario& scenario) {
  Simulator simulator = of(scenario);
  simulator.run();
  return simulator.digest();
}

/// The scenario as a link or a file has it.
Scenario as_written(const Scenario& scenario) {
  Scenario read;
  for (const FieldText& field : changed_fields(scenario))
    if (!set_field(read, field.name, field.text)) std::abort();
  return read;
}

/// A scenario in which much is in flight when something happens.
Scenario drawn(Rng& rng) {
  Scenario scenario = scenario_of({{"agents", "40"},
                                   {"keys", "4"},
                                   {"every", "2s"},
                                   {"batch-size", "50"},
                                   {"failures", "10%"},
                                   {"publish-failures", "20%"},
                                   {"for", "20s"},
                                   {"outage", "12s+1s"},
                                   {"slow", "8s+3s"},
                                   {"final-flush-timeout", "3s"}});
  scenario.store.latency = {LatencyShape::exponential, 200ms, 1500ms};
  scenario.replicas = 1 + static_cast<std::int64_t>(rng.next() % 3);
  scenario.seed = rng.next() >> 1;
  if (rng.chance(500'000)) scenario.config.on_failure = OnFailure::discard;
  return scenario;
}

std::string state_of(const RunHealth& health) { return std::string(health::name_of(health.assess().state())); }
std::string first_of(const RunHealth& health) { return std::string(health::name_of(health.assess().first().code)); }

}  // namespace

void TstLiveFaults::whatWasInjectedIsTheScenarioOfTheSameLog() {
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    Rng rng(seed);
    const Scenario scenario = drawn(rng);
    Simulator simulator = of(scenario);
    for (Duration at{}; !simulator.finished(); at += std::chrono::milliseconds(1 + rng.next() % 900)) {
      simulator.run_until(at);
      const auto fault = static_cast<Fault>(rng.next() % kFaults);
      if (!rng.chance(400'000)) continue;
      QVERIFY(simulator.set_fault(fault, !simulator.has_fault(fault)).has_value());
    }
    QVERIFY(simulator.scenario().store != scenario.store);
    if (digest_of(simulator.scenario()) != simulator.digest()) qWarning("seed %d", static_cast<int>(seed));
    QCOMPARE(digest_of(simulator.scenario()), simulator.digest());
    QCOMPARE(digest_of(as_written(simulator.scenario())), simulator.digest());
    broken += simulator.digest() != digest_of(scenario);
  }
  QVERIFY(broken > 100);
}

void TstLiveFaults::aFlushInFlightBreaksWhenTheDatabaseGoes() {
  Simulator simulator = of(scenario_of({{"start", "together"}, {"latency-p50", "2s"}, {"for", "10s"}}));
  simulator.run_until(1s);
  QVERIFY(simulator.replica(0).in_flight);
  QCOMPARE(*simulator.set_fault(Fault::away, true), Duration(1100ms));
  simulator.run_until(1100ms);
  QCOMPARE(simulator.replica(0).metrics.flushes.total_failures(), 1_u);
}

void TstLiveFaults::aFaultThatTheScenarioHasEndsAndLaterTimesStay() {
  Simulator simulator = of(scenario_of({{"outage", "10s+60s, 90s+5s"}, {"for", "2m"}}));
  simulator.run_until(9950ms);
  QVERIFY(simulator.has_fault(Fault::away));
  simulator.run_until(30s);
  QCOMPARE(*simulator.set_fault(Fault::away, false), Duration(30100ms));
  QVERIFY(!simulator.has_fault(Fault::away));
  QCOMPARE(*simulator.set_fault(Fault::away, true, 40s), Duration(40s));
  simulator.run_until(50s);
  QCOMPARE(*simulator.set_fault(Fault::away, false), Duration(50100ms));
  const Scenario expected = scenario_of({{"outage", "10s+20100ms,40s+10100ms,90s+5s"}});
  QCOMPARE(field_text(simulator.scenario(), "store.outages"), field_text(expected, "store.outages"));
}

void TstLiveFaults::aFaultThatIsNeverEndedLastsToTheEnd() {
  Simulator simulator = of(scenario_of({{"for", "30s"}}));
  simulator.run_until(20s);
  QVERIFY(simulator.set_fault(Fault::away, true).has_value());
  simulator.run();
  QVERIFY(simulator.counters().held() > 0);
  QCOMPARE(digest_of(as_written(simulator.scenario())), simulator.digest());
}

void TstLiveFaults::aFullListTakesNoMore() {
  Simulator simulator = of(scenario_of({{"for", "5m"}}));
  for (int i = 0; i < 64; ++i) {
    simulator.run_for(1s);
    QVERIFY(simulator.set_fault(Fault::cut_off, true).has_value());
    simulator.run_for(1s);
    QVERIFY(simulator.set_fault(Fault::cut_off, false).has_value());
  }
  simulator.run_for(1s);
  QCOMPARE(simulator.set_fault(Fault::cut_off, true).error(), (Error{Errc::field_too_large}));
  QVERIFY(simulator.set_fault(Fault::slow, true).has_value());
}

void TstLiveFaults::aLockedRowIsSetApartAndWrittenLater() {
  Simulator simulator = of(scenario_of({{"locked", "0s+60s"}, {"for", "2m"}}));
  simulator.run_until(50s);
  QCOMPARE(simulator.health_sample().now.locked_entries, 1_u);
  QVERIFY(*simulator.health_sample().now.locked_for > 30s);
  simulator.run();
  const Counters counters = simulator.counters();
  QCOMPARE(counters.held(), 0_u);
  QCOMPARE(counters.written + counters.coalesced, counters.offered);
  QVERIFY(counters.coalesced >= 3 && counters.coalesced < 10);
}

void TstLiveFaults::refusedValuesAreQuarantined() {
  Simulator simulator = of(scenario_of({{"refused", "0s+60s"}, {"for", "60s"}}));
  simulator.run();
  const Counters counters = simulator.counters();
  QVERIFY(counters.quarantined > 450 && counters.quarantined <= 540);  // 90 of 9,000 rows, six times; not the last ones
  QCOMPARE(counters.written + counters.quarantined, counters.offered);
}

void TstLiveFaults::watchersCutOffMissTheirNotifications() {
  Simulator simulator = of(scenario_of({{"cut-off", "20s+20s"}, {"for", "60s"}}));
  simulator.run();
  const Summary summary = simulator.summary();
  QCOMPARE(summary.counters.written, summary.counters.offered);
  QVERIFY(summary.flushes.publish_errors > 30 && summary.flushes.publish_errors < 50);
  QCOMPARE(summary.flushes.publish_errors + summary.flushes.chunks, summary.flushes.total_flushes());
}

void TstLiveFaults::healthFollowsTheFaults() {
  Simulator simulator = of(scenario_of({{"for", "10m"}}));
  RunHealth health;
  const auto go_on = [&](Duration time) { health.run_until(simulator, simulator.now() + time, 1'000'000'000); };
  go_on(1s);
  QCOMPARE(state_of(health), std::string("unknown"));
  go_on(39s);
  QCOMPARE(state_of(health), std::string("good"));
  const struct {
    Fault fault;
    const char *state, *code;
  } expected[] = {{Fault::away, "stalled", "not_writing"},
                  {Fault::locked_row, "degraded", "locked"},
                  {Fault::refused_values, "losing", "quarantined"},
                  {Fault::cut_off, "degraded", "publish_errors"}};
  for (const auto& [fault, state, code] : expected) {
    QVERIFY(simulator.set_fault(fault, true).has_value());
    go_on(20s);
    QCOMPARE(state_of(health), std::string(state));
    QCOMPARE(first_of(health), std::string(code));
    QVERIFY(simulator.set_fault(fault, false).has_value());
    go_on(50s);
    QCOMPARE(state_of(health), std::string("good"));
  }
  simulator.run();
}

void TstLiveFaults::healthDoesNotChangeTheLog() {
  for (const NamedScenario& named : varied_scenarios()) {
    Simulator simulator = of(named.scenario);
    RunHealth health;
    while (!simulator.finished()) health.run_until(simulator, Duration::max(), 1'000);
    QCOMPARE(simulator.digest(), digest_of(named.scenario));
    QVERIFY(!health.assess().findings.empty());
  }
}

QTEST_GUILESS_MAIN(TstLiveFaults)
#include "tst_live_faults.moc"
