// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <set>

#include "metabatch/simulation/tuner.hpp"
#include "support/scenarios.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;

namespace {

TuneQuestion headline(const Scenario& scenario = scenario_of({{"for", "5m"}})) {
  TuneQuestion question;
  question.scenario = validated(scenario).value();
  question.batch_sizes = {500, 5000};
  question.intervals = {1s, 5s};
  question.schedules = {SchedulePolicy::fixed};
  question.queues = {QueuePolicy::coalesce};
  question.time_a_point = 60s;
  return question;
}

Tuner tuned(const TuneQuestion& question) {
  Tuner tuner = Tuner::create(question).value();
  while (tuner.step()) continue;
  return tuner;
}

bool has(const std::vector<RunFinding>& findings, FindingKind kind) {
  return std::any_of(findings.begin(), findings.end(), [kind](const RunFinding& f) { return f.kind == kind; });
}

const TunePoint& point_of(const Tuner& tuner, std::int64_t batch_size, Duration interval) {
  const auto found = std::find_if(tuner.points().begin(), tuner.points().end(), [&](const TunePoint& point) {
    return point.run.config.batch_size == batch_size && point.run.config.interval == interval;
  });
  return *found;
}

}  // namespace

class TstTuner : public QObject {
  Q_OBJECT
 private slots:
  void stepsTryEachSettingOnce();
  void pointsEqualTheSimulatorsResults();
  void capacityOrIntervalDecides();
  void frontierHasNoPointThatAnotherBeats();
  void recommendationSavesMostWithinTheDelay();
  void whatSuppressionSavesIsAReason();
  void aTighterDelayCostsMore();
  void nothingMeetsAnImpossibleDelay();
  void whereNothingMeetsTheCheapestOfEqualDelay();
  void anIntervalAboveTheDelayIsNeverRecommended();
  void anOutageIsDescribedInASentence();
  void aPointThatDropsIsNeverRecommended();
  void coalesceIsPreferredWhereBothDoTheSame();
  void findingsNameSettingsWithoutEffect();
  void changesOfTheScenarioAreLeftOut();
  void listsLeftEmptyAreChosen();
  void aRecordingIsTunedToo();
  void impossibleQuestionsAreRefused();
  void aDefaultCapacityFollowsTheSettingsTried();
  void everyFindingHasANameAndASentence();
};

void TstTuner::stepsTryEachSettingOnce() {
  Tuner tuner = Tuner::create(headline()).value();
  QCOMPARE(tuner.size(), std::size_t{4});  // today's settings are one of the four
  QVERIFY(!tuner.recommendation().has_value());
  for (std::size_t done = 1; done <= 4; ++done) {
    QCOMPARE(tuner.step(), done < 4);
    QCOMPARE(tuner.done(), done);
    QVERIFY(tuner.recommendation().has_value());
  }
  QVERIFY(tuner.finished());
  QVERIFY(!tuner.step());
  QVERIFY(tuner.points()[0].today && !tuner.points()[1].today);
}

void TstTuner::pointsEqualTheSimulatorsResults() {
  const Tuner tuner = tuned(headline());
  for (const TunePoint& point : tuner.points()) {
    Scenario scenario = headline().scenario;
    scenario.duration = 60s;
    scenario.config = point.run.config;
    Simulator simulator = Simulator::create(validated(scenario).value());
    simulator.run();
    const Summary summary = simulator.summary();
    QCOMPARE(point.run.summary.db_writes_per_s, summary.db_writes_per_s);
    QCOMPARE(point.run.summary.delay_p99, summary.delay_p99);
    QVERIFY(point.run.summary.counters == summary.counters);
  }
}

void TstTuner::capacityOrIntervalDecides() {
  const Tuner tuner = tuned(headline());
  QCOMPARE(point_of(tuner, 500, 5s).filling.trigger, Trigger::capacity);
  QCOMPARE(point_of(tuner, 500, 5s).filling.fill_seconds, 500.0 / 900);
  QCOMPARE(point_of(tuner, 5000, 5s).filling.trigger, Trigger::interval);
  QCOMPARE(point_of(tuner, 5000, 5s).filling.entries_an_interval, 4500.0);
  QCOMPARE(point_of(tuner, 5000, 5s).cost_per_s(), 0.4);
}

void TstTuner::frontierHasNoPointThatAnotherBeats() {
  TuneQuestion question = headline();
  question.batch_sizes = {50, 200, 500, 2000, 5000};
  question.intervals = {1s, 3s, 5s};
  const Tuner tuner = tuned(question);
  const auto frontier = tuner.frontier();
  QVERIFY(frontier.size() >= 4);
  double delay = -1, cost = 1e9;
  for (const std::size_t i : frontier) {  // along the frontier every further second saves something
    QVERIFY(tuner.points()[i].judged_delay() > delay);
    QVERIFY(tuner.points()[i].cost_per_s() < cost);
    delay = tuner.points()[i].judged_delay();
    cost = tuner.points()[i].cost_per_s();
  }
  for (std::size_t i = 0; i < tuner.done(); ++i) {
    const TunePoint& point = tuner.points()[i];
    const bool reached = std::any_of(frontier.begin(), frontier.end(), [&](std::size_t f) {
      const TunePoint& better = tuner.points()[f];
      return better.cost_per_s() <= point.cost_per_s() && better.judged_delay() <= point.judged_delay();
    });
    QVERIFY(reached);
    QCOMPARE(point.on_frontier, std::count(frontier.begin(), frontier.end(), i) == 1);
  }
}

void TstTuner::whatSuppressionSavesIsAReason() {
  const auto reasons = [](const Scenario& scenario) {
    TuneQuestion question = headline(scenario);
    question.max_delay = 6s;
    return tuned(question).recommendation()->reasons;
  };
  Scenario scenario = scenario_of({{"for", "5m"}});
  QVERIFY(!has(reasons(scenario), FindingKind::values_repeat));
  scenario.fleet.unchanged = 800'000;  // of a million
  const std::vector<RunFinding> found = reasons(scenario);
  QVERIFY(has(found, FindingKind::values_repeat));
  const auto repeats = std::find_if(found.begin(), found.end(),
                                    [](const RunFinding& f) { return f.kind == FindingKind::values_repeat; });
  QVERIFY2(repeats->a > 0.3 && repeats->a < 0.95 && repeats->b == 60, describe(*repeats).c_str());
  scenario.config.suppress_unchanged = 60s;
  QVERIFY(has(reasons(scenario), FindingKind::values_left_out));
}

void TstTuner::recommendationSavesMostWithinTheDelay() {
  TuneQuestion question = headline();
  question.max_delay = 6s;
  const Tuner tuner = tuned(question);
  const auto found = tuner.recommendation();
  QVERIFY(found->meets);
  const Config& config = tuner.points()[found->point].run.config;
  QCOMPARE(config.batch_size, std::int64_t{5000});
  QCOMPARE(config.interval, Duration(5s));
  QCOMPARE(found->reasons.front().kind, FindingKind::interval_decides);
  QCOMPARE(found->reasons.front().a, 4500.0);
  QVERIFY(has(found->reasons, FindingKind::chunks_a_flush) && has(found->reasons, FindingKind::flush_time));
  QVERIFY(has(found->reasons, FindingKind::room) && has(found->reasons, FindingKind::delay));
  QVERIFY(found->warnings.empty());
  QVERIFY(has(found->today, FindingKind::interval_cannot_matter));
}

void TstTuner::aTighterDelayCostsMore() {
  TuneQuestion question = headline();
  question.max_delay = 2s;
  const Tuner tuner = tuned(question);
  const TunePoint& point = tuner.points()[tuner.recommendation()->point];
  QVERIFY(tuner.recommendation()->meets);
  QCOMPARE(point.run.config.batch_size, std::int64_t{5000});
  QCOMPARE(point.run.config.interval, Duration(1s));
  QVERIFY(!point_of(tuner, 5000, 5s).meets);
}

void TstTuner::nothingMeetsAnImpossibleDelay() {
  TuneQuestion question = headline();
  question.max_delay = 5ms;  // the database takes 10 ms
  const Tuner tuner = tuned(question);
  const auto found = tuner.recommendation();
  QVERIFY(!found->meets);
  QCOMPARE(tuner.points()[found->point].run.config.batch_size, std::int64_t{500});  // the fastest of all
  QVERIFY(has(found->warnings, FindingKind::delay_missed));
}

void TstTuner::whereNothingMeetsTheCheapestOfEqualDelay() {
  Scenario scenario = scenario_of({{"for", "5m"}});
  scenario.store.latency = {LatencyShape::fixed, 3s, 3s};
  scenario.config.batch_size = 600;  // today: as fast as 5,000, and more expensive
  TuneQuestion question = headline(scenario);
  question.batch_sizes = {5000};
  question.intervals = {5s};
  question.max_delay = 100ms;
  const Tuner tuner = tuned(question);
  const auto found = tuner.recommendation();
  QVERIFY(!found->meets);
  const TunePoint& point = tuner.points()[found->point];
  for (const TunePoint& other : tuner.points())
    QVERIFY(other.judged_delay() > point.judged_delay() * 1.02 || other.cost_per_s() >= point.cost_per_s());
}

/// Reports come every 10 s. With an interval of 90 s most of them are coalesced. The written ones
/// are written soon, but watchers see old values.
void TstTuner::anIntervalAboveTheDelayIsNeverRecommended() {
  TuneQuestion question = headline(scenario_of({{"for", "20m"}}));
  question.time_a_point = 15min;
  question.batch_sizes = {20'000};
  question.intervals = {30s, 50s, 60s, 90s};
  question.max_delay = 60s;
  const Tuner tuner = tuned(question);
  const TunePoint& slow = point_of(tuner, 20'000, 90s);
  QVERIFY2(slow.run.summary.delay_p99 < 60 && !slow.meets, "the delay of written updates alone would allow it");
  QVERIFY(slow.judged_delay() > 80);
  QVERIFY(tuner.recommendation()->meets);
  QVERIFY(tuner.points()[tuner.recommendation()->point].run.config.interval <= 60s);
  QVERIFY(tuner.points()[tuner.recommendation()->point].run.config.interval >= 50s);
  QVERIFY(has(tuner.recommendation()->reasons, FindingKind::age));
}

void TstTuner::anOutageIsDescribedInASentence() {
  Simulator simulator =
      Simulator::create(validated(scenario_of({{"for", "5m"}, {"outage", "60s+60s"}, {"batch-size", "5000"}})).value());
  simulator.run();
  const std::vector<RunFinding> found = warnings(simulator.facts());
  const auto outage = std::find_if(found.begin(), found.end(),
                                   [](const RunFinding& f) { return f.kind == FindingKind::flushes_failed; });
  QVERIFY(outage != found.end());
  QVERIFY(outage->a > 5 && outage->b > 60 && outage->b < 75);
  QCOMPARE(describe(RunFinding{FindingKind::flushes_failed, 17, 64.2}),
           std::string("17 flushes failed and what they held was retried; values were up to 64.2 s old."));
}

void TstTuner::aPointThatDropsIsNeverRecommended() {
  TuneQuestion question;
  const Scenario saturated = scenario_of({{"agents", "100"}, {"every", "1s"}, {"latency-p50", "1s"}, {"for", "1m"}});
  question.scenario = validated(saturated).value();
  question.batch_sizes = {100, 5000};
  question.intervals = {2s};
  question.schedules = {SchedulePolicy::fixed};
  question.queues = {QueuePolicy::fifo};
  question.max_delay = 1min;  // the delay is not the reason against it
  const Tuner tuner = tuned(question);
  const TunePoint& small = point_of(tuner, 100, 2s);
  QVERIFY(small.run.summary.counters.dropped_full > 0);
  QVERIFY(!small.meets && !small.on_frontier);
  QVERIFY(has(warnings(small.run), FindingKind::fifo_drops));
  QVERIFY(has(warnings(small.run), FindingKind::store_saturated));
  QCOMPARE(tuner.points()[tuner.recommendation()->point].run.config.batch_size, std::int64_t{5000});
}

void TstTuner::coalesceIsPreferredWhereBothDoTheSame() {
  TuneQuestion question = headline(scenario_of({{"for", "5m"}, {"queue", "fifo"}}));
  question.queues = {QueuePolicy::fifo, QueuePolicy::coalesce};
  question.max_delay = 6s;
  const Tuner tuner = tuned(question);
  QCOMPARE(tuner.points()[tuner.recommendation()->point].run.config.queue, QueuePolicy::coalesce);
}

void TstTuner::findingsNameSettingsWithoutEffect() {
  const Tuner tuner = tuned(headline());
  const auto quick = warnings(point_of(tuner, 500, 5s).run);
  QCOMPARE(quick, (std::vector<RunFinding>{{FindingKind::interval_cannot_matter, 900, 500}}));
  QCOMPARE(describe(quick[0]),
           std::string("The interval cannot matter: 900 entries arrive a second, so a batch of 500 is "
                       "full long before the interval is over."));
  QVERIFY(warnings(point_of(tuner, 5000, 5s).run).empty());
  const auto empty = warnings(point_of(tuner, 5000, 1s).run);
  QCOMPARE(empty, (std::vector<RunFinding>{{FindingKind::batch_never_fills, 900, 5000}}));
}

void TstTuner::changesOfTheScenarioAreLeftOut() {
  const Tuner plain = tuned(headline());
  const Tuner changed = tuned(headline(scenario_of({{"for", "5m"}, {"change", "10s:batch-size=7"}})));
  QCOMPARE(changed.points()[0].run.summary.db_writes_per_s, plain.points()[0].run.summary.db_writes_per_s);
}

void TstTuner::listsLeftEmptyAreChosen() {
  TuneQuestion question;
  question.scenario = validated(scenario_of({{"agents", "20"}, {"keys", "2"}})).value();
  const Tuner tuner = Tuner::create(question).value();
  const TuneQuestion& chosen = tuner.question();
  QVERIFY(std::count(chosen.batch_sizes.begin(), chosen.batch_sizes.end(), 500) == 1);
  QVERIFY(std::count(chosen.intervals.begin(), chosen.intervals.end(), Duration(5s)) == 1);
  QCOMPARE(chosen.schedules.size(), std::size_t{3});
  QCOMPARE(chosen.queues.size(), std::size_t{2});
  QVERIFY(chosen.time_a_point >= 60s && chosen.time_a_point <= 5min);
  QCOMPARE(tuner.size(), chosen.batch_sizes.size() * chosen.intervals.size() * 6);
}

void TstTuner::aRecordingIsTunedToo() {
  Recording recording;
  for (int i = 0; i < 400; ++i) {
    RecordedReport report{Duration(i * 50ms), {}, {"cpu", "ram"}, {"1", "2"}, {"", ""}, {}};
    report.agent.bytes[3] = static_cast<std::uint8_t>(i % 40);
    recording.push_back(report);
  }
  TuneQuestion question = headline();
  question.recording = std::make_shared<const Recording>(std::move(recording));
  const Tuner tuner = tuned(question);
  QCOMPARE(tuner.points()[0].run.summary.counters.offered, std::uint64_t{800});
  QVERIFY(tuner.recommendation()->meets);
}

void TstTuner::impossibleQuestionsAreRefused() {
  TuneQuestion question = headline();
  question.max_delay = 0s;
  QCOMPARE(Tuner::create(question).error(), (Error{Errc::field_too_small, scenario_fields().size()}));
  question = headline();
  question.batch_sizes = {500, -3};
  QCOMPARE(Tuner::create(question).error().code, Errc::setting_negative);
  // The buffer is smaller than a batch of 5,000, so it is not tried.
  question = headline(scenario_of({{"for", "5m"}, {"queue-capacity", "1000"}}));
  QCOMPARE(Tuner::create(question)->size(), std::size_t{2});
}

/// As it does when the recommendation is applied to a running machine.
void TstTuner::aDefaultCapacityFollowsTheSettingsTried() {
  const auto capacity_of_fifo = [](const Scenario& scenario) {
    TuneQuestion question = headline(scenario);
    question.batch_sizes = {700};
    question.intervals = {5s};
    question.queues = {QueuePolicy::fifo};
    question.time_a_point = 10s;
    return tuned(question).points()[1].run.config.queue_capacity;
  };
  QCOMPARE(capacity_of_fifo(scenario_of({{"for", "1m"}})), std::int64_t{3500});
  QCOMPARE(capacity_of_fifo(scenario_of({{"for", "1m"}, {"queue-capacity", "5000"}})), std::int64_t{5000});
}

void TstTuner::everyFindingHasANameAndASentence() {
  std::set<std::string_view> names;
  std::set<std::string> sentences;
  for (int kind = 0; kind <= static_cast<int>(FindingKind::flushes_failed); ++kind) {
    const RunFinding finding{static_cast<FindingKind>(kind), 1234.5, 0.25};
    QVERIFY(names.insert(name_of(finding.kind)).second);
    const std::string said = describe(finding);
    QVERIFY2(sentences.insert(said).second && said.size() > 20 && said.back() == '.', said.c_str());
  }
  QCOMPARE(describe(RunFinding{FindingKind::chunks_a_flush, 1, 0}), std::string("A flush needs 1 NOTIFY on average."));
  QCOMPARE(describe(RunFinding{FindingKind::room, 0.04318, 1'234'567}),
           std::string("At most 4.32 % of the capacity of 1,234,567 was in use."));
  QCOMPARE(name_of(FindingKind::left_unwritten), std::string_view("left_unwritten"));
  QVERIFY(!is_warning(FindingKind::delay) && is_warning(FindingKind::interval_cannot_matter));
  QCOMPARE(describe({FindingKind::flush_time, 0.0229, 0}),
           std::string("A flush takes 22.9 ms on average; its rows are locked for that time."));
  QCOMPARE(describe({FindingKind::busy, 0, 0}), std::string("A flush is in flight for 0 % of the time."));
}

QTEST_GUILESS_MAIN(TstTuner)
#include "tst_tuner.moc"
