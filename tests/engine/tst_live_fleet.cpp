// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/live_fleet.hpp"

using namespace metabatch;
using namespace std::chrono_literals;
using engine::FleetOptions;

namespace {

struct Heard {
  Duration at{};
  std::string agent;
  std::vector<std::string> values;
  std::uint64_t number = 0;
  bool arrives = true, comes_again = false, is_again = false;
  bool operator==(const Heard&) const = default;
};

std::vector<Heard> heard(const FleetOptions& options, Duration until) {
  engine::Fleet fleet(options);
  std::vector<Heard> found;
  while (fleet.next_due() < until) {
    Heard one;
    one.at = fleet.next_due();
    const engine::Fleet::Sent sent = fleet.take_next();
    one.agent = format_uuid(sent.agent);
    for (const RawItem& item : sent.items) one.values.emplace_back(item.value);
    one.number = sent.number;
    one.arrives = sent.arrives, one.comes_again = sent.comes_again, one.is_again = sent.is_again;
    found.push_back(one);
  }
  return found;
}

constexpr std::uint32_t kAll = 1'000'000;

}  // namespace

class TstFleet : public QObject {
  Q_OBJECT
 private slots:
  void eachReportsOnceAnInterval();
  void theSameOptionsAreTheSameFleet();
  void startsAsAsked();
  void jitterDelaysAndDoesNotAddUp();
  void unchangedReportsRepeatTheirValues();
  void burstsComeOnTop();
  void lateReportsArriveOnceAndLater();
  void duplicatesArriveTwice();
  void agentsGoAndComeBack();
  void whoHasNoRowsIsNobodyElse();
  void valuesAreAsLongAsAsked();
};

void TstFleet::eachReportsOnceAnInterval() {
  std::map<std::string, std::vector<Duration>> times;
  Duration last{};
  for (const Heard& one : heard({.agents = 50, .keys = 2}, 30s)) {
    QVERIFY(one.at >= last && one.arrives && !one.comes_again && !one.is_again);
    last = one.at;
    times[one.agent].push_back(one.at);
  }
  QCOMPARE(times.size(), std::size_t{50});
  std::set<Duration> phases;
  for (const auto& [agent, at] : times) {
    QVERIFY(at.size() == 3 && at[0] < 10s && at[1] - at[0] == 10s && at[2] - at[1] == 10s);
    phases.insert(at[0]);
  }
  QVERIFY(phases.size() > 45);
}

void TstFleet::theSameOptionsAreTheSameFleet() {
  FleetOptions options{.agents = 20, .keys = 20, .jitter = 2s, .late = 100'000, .late_by = 3s};
  const auto first = heard(options, 60s);
  QVERIFY(first.size() > 100 && first == heard(options, 60s));
  options.seed = 2;
  QVERIFY(first != heard(options, 60s));
}

void TstFleet::startsAsAsked() {
  std::vector<Duration> at;
  for (const Heard& one : heard({.agents = 5, .keys = 1, .start = StartPhase::spread}, 10s)) at.push_back(one.at);
  QVERIFY((at == std::vector<Duration>{0s, 2s, 4s, 6s, 8s}));
  for (const Heard& one : heard({.agents = 5, .keys = 1, .start = StartPhase::together}, 10s)) QVERIFY(one.at == 0s);
}

void TstFleet::jitterDelaysAndDoesNotAddUp() {
  std::map<std::string, std::int64_t> reports;
  std::set<Duration> delays;
  for (const Heard& one : heard({.agents = 5, .keys = 1, .start = StartPhase::together, .jitter = 4s}, 20 * 10s)) {
    const Duration base = 10s * reports[one.agent]++;
    QVERIFY(one.at >= base && one.at < base + 4s);
    delays.insert(one.at - base);
  }
  QVERIFY(delays.size() > 90);
}

void TstFleet::unchangedReportsRepeatTheirValues() {
  std::map<std::string, std::set<std::vector<std::string>>> values;
  for (const Heard& one : heard({.agents = 10, .keys = 15, .unchanged = kAll}, 50s))
    values[one.agent].insert(one.values);
  for (const auto& [agent, different] : values) QCOMPARE(different.size(), std::size_t{1});
  QVERIFY(values.begin()->second != std::prev(values.end())->second);
  const auto changed = heard({.agents = 1, .keys = 15}, 50s);
  QVERIFY(changed[0].values != changed[1].values);
}

void TstFleet::burstsComeOnTop() {
  const auto all = heard({.agents = 100,
                          .keys = 1,
                          .start = StartPhase::spread,
                          .burst_every = 15s,
                          .burst_share = 250'000,
                          .burst_reports = 3},
                         40s);
  QCOMPARE(all.size(), std::size_t{400 + 2 * 75});
  std::map<std::string, int> burst;
  for (const Heard& one : all)
    if (one.at == 15s) ++burst[one.agent];
  QCOMPARE(burst.size(), std::size_t{26});  // and the one whose turn it is
  QCOMPARE(std::count_if(burst.begin(), burst.end(), [](const auto& one) { return one.second >= 3; }), 25);
}

void TstFleet::lateReportsArriveOnceAndLater() {
  std::map<std::uint64_t, Heard> sent;
  for (const Heard& one : heard({.agents = 20, .keys = 3, .late = kAll, .late_by = 5s}, 100s)) {
    QVERIFY(one.arrives == one.is_again && one.comes_again != one.is_again);
    if (!one.is_again) {
      QVERIFY(sent.emplace(one.number, one).second);
      continue;
    }
    const Heard& before = sent.at(one.number);
    QVERIFY(one.at >= before.at && one.at < before.at + 5s);
    QVERIFY(one.agent == before.agent && one.values == before.values);
    sent.erase(one.number);
  }
  QVERIFY(sent.size() < 20);  // still on their way
}

void TstFleet::duplicatesArriveTwice() {
  std::map<std::uint64_t, int> arrivals;
  for (const Heard& one : heard({.agents = 20, .keys = 3, .duplicates = kAll, .late_by = 1s}, 100s)) {
    QVERIFY(one.arrives);
    ++arrivals[one.number];
  }
  QVERIFY(std::count_if(arrivals.begin(), arrivals.end(), [](const auto& one) { return one.second == 2; }) > 190);
}

void TstFleet::agentsGoAndComeBack() {
  const auto all = heard({.agents = 100, .keys = 1, .every = 1s, .stay = 10s, .away = 10s}, 500s);
  QVERIFY2(all.size() > 20'000 && all.size() < 30'000, qPrintable(QString::number(all.size())));  // of 50,000
  std::map<std::string, Duration> last;
  std::size_t away = 0;
  for (const Heard& one : all) {
    if (const auto found = last.find(one.agent); found != last.end()) away += one.at - found->second > 5s;
    last[one.agent] = one.at;
  }
  QVERIFY(away > 500);
}

void TstFleet::whoHasNoRowsIsNobodyElse() {
  const engine::Fleet all(FleetOptions{.agents = 600}), some(FleetOptions{.agents = 600, .unregistered = 250'000});
  QCOMPARE(all.registered().size(), std::size_t{600});
  QCOMPARE(some.registered().size(), std::size_t{450});
  std::set<std::string> known;
  for (const Uuid& agent : all.agents()) known.insert(format_uuid(agent));
  for (const Uuid& agent : some.registered()) QVERIFY(known.contains(format_uuid(agent)));
  std::size_t strangers = 0;
  for (const Uuid& agent : some.agents()) strangers += known.contains(format_uuid(agent)) ? 0 : 1;
  QCOMPARE(strangers, std::size_t{150});
}

void TstFleet::valuesAreAsLongAsAsked() {
  for (const Heard& one : heard({.agents = 5, .keys = 5, .value_bytes = 100}, 10s))
    for (const std::string& value : one.values) QVERIFY(value.size() == 100 || value.empty());  // it failed
}

QTEST_GUILESS_MAIN(TstFleet)
#include "tst_live_fleet.moc"
