// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/live_fleet.hpp"
#include "fleet/fleet_arrivals.hpp"

using namespace metabatch;
using namespace std::chrono_literals;
using engine::LiveFleet;

namespace {

constexpr std::uint32_t kAll = 1'000'000;
constexpr WallTime kBegan{1'795'000'000s};

struct Heard {
  Duration at{};
  std::string agent;
  std::vector<std::string> values;
  WallTime stamp{};
  bool operator==(const Heard&) const = default;
};

Heard heard_of(Duration at, const Report& report) {
  Heard one{at, format_uuid(report.agent), {}, report.collected_at[0]};
  for (std::size_t i = 0; i < report.size(); ++i) one.values.emplace_back(report.values[i]);
  return one;
}

std::vector<Heard> heard(const Fleet& options, Duration until, std::uint64_t seed = 1) {
  LiveFleet fleet(options, seed, kBegan);
  std::vector<Heard> found;
  while (fleet.next_due() < until) {
    const Duration at = fleet.next_due();
    if (const auto report = fleet.take_next()) found.push_back(heard_of(at, *report));
  }
  return found;
}

/// The same from the arrivals that the simulator plays.
std::vector<Heard> simulated(Fleet fleet, Duration until) {
  fleet.jitter = jitter_of(fleet);
  FleetArrivals arrivals(fleet, 1, 1);
  std::vector<Heard> found;
  while (arrivals.next() < until) {
    const Duration at = arrivals.next();
    if (const auto arrival = arrivals.pop()) found.push_back(heard_of(at, arrival->report));
  }
  return found;
}

/// Uneven in every way that a fleet can be.
Fleet uneven() {
  Fleet fleet{.agents = 40, .keys = 4, .every = 5s, .jitter = 1s, .unchanged = 300'000};
  fleet.burst_every = 7s, fleet.burst_share = 250'000;
  fleet.stay = 60s, fleet.away = 10s;
  fleet.late = 100'000, fleet.duplicates = 100'000, fleet.late_by = 3s, fleet.unregistered = 250'000;
  return fleet;
}

}  // namespace

class TstLiveFleet : public QObject {
  Q_OBJECT
 private slots:
  void arrivalsAreThoseOfTheSimulator();
  void valuesOfAnotherLengthAreThoseOfTheSimulator();
  void theSameFleetAndSeedAreTheSameReports();
  void jitterIsTwoPerCentUnlessChosen();
  void lateReportsKeepTheStampOfTheirSending();
  void valuesAreLifelike();
  void keysAscend();
  void onlySomeHaveRows();
};

void TstLiveFleet::arrivalsAreThoseOfTheSimulator() {
  const auto live = heard(uneven(), 200s), virtual_time = simulated(uneven(), 200s);
  QVERIFY(live.size() > 1000);
  QCOMPARE(live.size(), virtual_time.size());
  for (std::size_t i = 0; i < live.size(); ++i) {
    QVERIFY(live[i].at == virtual_time[i].at && live[i].agent == virtual_time[i].agent);
    QVERIFY(live[i].stamp - kBegan == virtual_time[i].stamp - kFirstWallTime);
  }
}

void TstLiveFleet::valuesOfAnotherLengthAreThoseOfTheSimulator() {
  Fleet fleet = uneven();
  fleet.value_bytes_least = fleet.value_bytes_most = 100;
  QVERIFY(!engine::has_lifelike_values(fleet));
  const auto live = heard(fleet, 20s), virtual_time = simulated(fleet, 20s);
  QVERIFY(live.size() > 100 && live.size() == virtual_time.size());
  for (std::size_t i = 0; i < live.size(); ++i) QVERIFY(live[i].values == virtual_time[i].values);
}

void TstLiveFleet::theSameFleetAndSeedAreTheSameReports() {
  const auto first = heard(uneven(), 60s);
  QVERIFY(first.size() > 100 && first == heard(uneven(), 60s));
  QVERIFY(first != heard(uneven(), 60s, 2));
}

void TstLiveFleet::jitterIsTwoPerCentUnlessChosen() {
  std::set<Duration> delays;
  for (const Heard& one : heard({.agents = 20, .keys = 1, .every = 10s, .start = StartPhase::together}, 100s)) {
    QVERIFY(one.at % 10s <= 200ms);
    delays.insert(one.at % 10s);
  }
  QVERIFY(delays.size() > 150);
  for (const Heard& one :
       heard({.agents = 20, .keys = 1, .every = 10s, .jitter = 0s, .start = StartPhase::together}, 100s))
    QVERIFY(one.at % 10s == 0s);
}

void TstLiveFleet::lateReportsKeepTheStampOfTheirSending() {
  Fleet fleet{.agents = 20, .keys = 3, .late = kAll, .late_by = 5s};
  std::size_t late = 0;
  for (const Heard& one : heard(fleet, 100s)) {
    const Duration delay = one.at - (one.stamp - kBegan);
    QVERIFY(delay <= 5s);
    late += delay > 100ms;
  }
  QVERIFY(late > 150);
}

void TstLiveFleet::valuesAreLifelike() {
  LiveFleet fleet({.agents = 600}, 1, kBegan);
  QCOMPARE(fleet.keys().front(), "0_cpu_usage");
  std::set<std::string> values;
  std::size_t errors = 0, reports = 0;
  for (; reports < 1000; ++reports) {
    const auto report = fleet.take_next();
    QVERIFY(report && report->size() == 15);
    QVERIFY(report->values[0].ends_with(" %") || report->errors[0] == "context deadline exceeded");
    values.emplace(report->values[0]);
    errors +=
        static_cast<std::size_t>(std::count(report->errors.begin(), report->errors.end(), "context deadline exceeded"));
  }
  QVERIFY(values.size() > 90 && errors > 10 && errors < 60);  // of 15,000, one in 500
}

void TstLiveFleet::keysAscend() {
  const LiveFleet fleet({.agents = 1, .keys = 200}, 1, kBegan);
  QCOMPARE(fleet.keys().size(), std::size_t{200});
  QVERIFY(std::is_sorted(fleet.keys().begin(), fleet.keys().end()));
  QCOMPARE(std::set<std::string_view>(fleet.keys().begin(), fleet.keys().end()).size(), std::size_t{200});
}

void TstLiveFleet::onlySomeHaveRows() {
  const LiveFleet all({.agents = 600}, 1, kBegan), some({.agents = 600, .unregistered = 250'000}, 1, kBegan);
  QCOMPARE(all.registered().size(), std::size_t{600});
  QCOMPARE(some.agents().size(), std::size_t{600});
  QVERIFY(some.registered().size() > 400 && some.registered().size() < 500);
  std::set<std::string> agents;
  for (const Uuid& agent : some.agents()) agents.insert(format_uuid(agent));
  QCOMPARE(agents.size(), std::size_t{600});
  for (const Uuid& agent : some.registered()) QVERIFY(agents.contains(format_uuid(agent)));
}

QTEST_GUILESS_MAIN(TstLiveFleet)
#include "tst_live_fleet.moc"
