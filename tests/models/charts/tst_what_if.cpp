// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTest>

#include <cmath>

#include "metabatch/simulation/simulator.hpp"
#include "models/arrivals.hpp"
#include "models/charts/what_if.hpp"
#include "models/recordings/opened_recording.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

Sample sampleAt(Duration at, const Config& config = validated(Config{}).value()) {
  Sample sample;
  sample.at = kBegan + at;
  sample.config = config;
  return sample;
}

FlushLine flushAt(Duration at, Duration took, std::size_t entries, FailureClass failure = FailureClass::none) {
  FlushLine flush;
  flush.at = kBegan + at;
  flush.took = took;
  flush.entries = entries;
  flush.failure = failure;
  return flush;
}

/// Ten agents with five keys each report every second for a minute: 50 updates a second.
struct Minute {
  ArrivalRing arrivals;
  Measured measured;
  Minute() {
    for (int i = 0; i < 600; ++i) add(arrivals, kBegan + i * 100ms, static_cast<unsigned>(i % 10), 5);
    for (int i = 0; i <= 120; ++i) {
      Sample sample = sampleAt(i * 500ms);
      sample.counters.offered = sample.counters.written = static_cast<std::uint64_t>(i) * 25;
      sample.reports = static_cast<std::uint64_t>(i) * 5;
      sample.flushes.flushes[1] = static_cast<std::uint64_t>(i / 10);
      sample.flushes.chunks = static_cast<std::uint64_t>(i / 10);
      measured.append(sample);
    }
    for (int i = 0; i < 12; ++i) measured.append(flushAt(i * 5s, 3ms, 50));
  }
};

std::shared_ptr<OpenedRecording> opened(const QByteArray& text, qsizetype block = 1000) {
  OpenedRecordingReader reader(Instant(5min), WallTime(1'767'323'050s));  // 5 s after the recordings here began
  for (qsizetype at = 0; at < text.size(); at += block) {
    const QByteArray part = text.mid(at, block);
    reader.read({part.constData(), static_cast<std::size_t>(part.size())});
  }
  return reader.finish();
}

}  // namespace

class TestWhatIf : public QObject {
  Q_OBJECT
 private slots:
  void theStoreIsFittedToWhatWasMeasured();
  void fewSlowFlushesDoNotChangeTheCostOfAnEntry();
  void batchesOfOneSizeGiveNoRowCost();
  void failuresInARowAreAnOutage();
  void fewFlushesGiveNoModel();
  void samplesAreKeptInBoundedMemory();
  void settingsThatChangedAreChangesOfTheScenario();
  void theAnswerIsTheSimulatorsOwn();
  void theAnswerIsGivenInWords();
  void aCancelledQuestionHasNoAnswer();
  void tooLittleIsNoQuestion();
  void aSessionOpensAsItWas();
  void arrivalsAloneAreShownAsSuch();
  void badLinesAreNamed();
  void sessionsPutTogetherGoOn();
  void flushesOfTwoKindsStillMakeAModel();
};

void TestWhatIf::theStoreIsFittedToWhatWasMeasured() {
  Measured measured;
  for (int i = 0; i < 200; ++i)
    measured.append(flushAt(i * 1s, 2ms + 10us * (100 + i), static_cast<std::size_t>(100 + i)));
  const StoreFit fit = measured.fit(kBegan);
  QCOMPARE(fit.flushes, std::size_t{200});
  QVERIFY(fit.hasMeasuredRowCost);
  QVERIFY2(std::abs((fit.model.row_cost - 10us) / 1ns) < 50, qPrintable(QString::number(fit.model.row_cost.count())));
  QVERIFY(std::abs((fit.model.latency.p50 - 2ms) / 1us) < 20);
  QVERIFY(std::abs((fit.model.latency.p99 - 2ms) / 1us) < 20);
  QVERIFY(fit.model.latency.shape == LatencyShape::lognormal);
  QCOMPARE(measured.fit(kBegan + 100s).flushes, std::size_t{100});
}

void TestWhatIf::fewSlowFlushesDoNotChangeTheCostOfAnEntry() {
  Measured measured;
  for (int i = 0; i < 40; ++i) {
    const int entries = i % 2 == 0 ? 500 : 2000;
    const Duration slow = i % 13 == 0 ? 40ms : 0ms;  // small ones and large ones
    measured.append(flushAt(i * 1s, 1ms + 3us * entries + slow, static_cast<std::size_t>(entries)));
  }
  for (int i = 40; i < 43; ++i) measured.append(flushAt(i * 1s, 90ms, 2000));
  const StoreFit fit = measured.fit(kBegan);
  QVERIFY2(std::abs((fit.model.row_cost - 3us) / 1ns) < 100, qPrintable(QString::number(fit.model.row_cost.count())));
  QVERIFY(std::abs((fit.model.latency.p50 - 1ms) / 1us) < 100);
}

void TestWhatIf::batchesOfOneSizeGiveNoRowCost() {
  Measured measured;
  for (int i = 0; i < 20; ++i) measured.append(flushAt(i * 1s, i % 10 == 9 ? 20ms : 10ms, 500));
  const StoreFit fit = measured.fit(kBegan);
  QVERIFY(!fit.hasMeasuredRowCost);
  QVERIFY(fit.model.row_cost == StoreModel{}.row_cost);
  QVERIFY(fit.model.latency.p50 == 8ms);
  QVERIFY(fit.model.latency.p99 > 8ms && fit.model.latency.p99 < 40ms);
  Measured quick;  // an entry cannot cost more than half of a flush
  for (int i = 0; i < 20; ++i) quick.append(flushAt(i * 1s, 1ms, 500));
  QVERIFY(quick.fit(kBegan).model.row_cost == 1us);
}

void TestWhatIf::failuresInARowAreAnOutage() {
  Measured measured;
  for (int i = 0; i < 10; ++i) measured.append(flushAt(i * 1s, 3ms, 500));
  for (int i = 10; i < 14; ++i) measured.append(flushAt(i * 1s, 50ms, 500, FailureClass::connection));
  measured.append(flushAt(14s, 3ms, 500));
  measured.append(flushAt(15s, 3ms, 500, FailureClass::disk));
  measured.append(sampleAt(17s));
  const StoreModel model = measured.fit(kBegan + 5s).model;
  QCOMPARE(model.outages.size(), std::size_t{2});
  QVERIFY(model.outages[0].begin == 5s && model.outages[0].length == 4s);
  QVERIFY(model.outages[1].begin == 10s && model.outages[1].length == 2s);
  QVERIFY(model.outage_answer == 50ms);
}

void TestWhatIf::fewFlushesGiveNoModel() {
  Measured measured;
  for (int i = 0; i < 4; ++i) measured.append(flushAt(i * 1s, 3s, 500));
  const StoreFit fit = measured.fit(kBegan);
  QVERIFY(fit.model.latency == StoreModel{}.latency && fit.flushes == 4);
  QVERIFY(storeText(fit).contains("too few flushes"));
}

void TestWhatIf::samplesAreKeptInBoundedMemory() {
  Measured measured;
  Config config = validated(Config{}).value();
  for (int i = 0; i < 20'000; ++i) {
    if (i == 7'001) config.batch_size = 600;
    Sample sample = sampleAt(i * 500ms, config);
    sample.reports = static_cast<std::uint64_t>(i);
    measured.append(sample);
  }
  QVERIFY(measured.newest().reports == 19'999);
  QVERIFY(measured.sampleFrom(kBegan).at == kBegan);
  const auto changes = measured.changesSince(measured.sampleFrom(kBegan));
  QCOMPARE(changes.size(), std::size_t{1});
  QVERIFY(changes[0].at == 7'001 * 500ms);  // the change itself is kept
  const Duration ago = measured.sampleFrom(kBegan + 5000s).at - (kBegan + 5000s);
  QVERIFY(ago >= 0s && ago < 100s);
  std::size_t kept = 1;
  for (Instant at = kBegan; at != measured.newest().at; at = measured.sampleFrom(at + 1ns).at) ++kept;
  QVERIFY2(kept > Measured::kSamples / 4 && kept <= Measured::kSamples, qPrintable(QString::number(kept)));
}

void TestWhatIf::settingsThatChangedAreChangesOfTheScenario() {
  Minute minute;
  Config config = minute.measured.newest().config;
  config.batch_size = 20;
  config.interval = 1s;
  minute.measured.append(sampleAt(61s, config));
  const auto changes = minute.measured.changesSince(minute.measured.sampleFrom(kBegan));
  QCOMPARE(changes.size(), std::size_t{2});
  QCOMPARE(changes[0].field + "=" + changes[0].text, "batch-size=20");
  QCOMPARE(changes[1].field + "=" + changes[1].text, "interval=1s");
  QVERIFY(changes[0].at == 61s);
}

void TestWhatIf::theAnswerIsTheSimulatorsOwn() {
  const Minute minute;
  Config config = minute.measured.newest().config;
  config.batch_size = 30;
  config.interval = 2s;
  const auto question = whatIfQuestion(minute.arrivals, minute.measured, config);
  QVERIFY(question);
  QVERIFY(question->from == kBegan && question->to == kBegan + 60s);
  double share = 0;
  const auto found = whatIf(*question, {}, [&](double now) { share = now; });
  QVERIFY(found);
  const WhatIfAnswer& answer = **found;
  Scenario scenario;
  scenario.config = config;
  scenario.duration = 60s;
  scenario.store = minute.measured.fit(kBegan).model;
  Simulator simulator = Simulator::create(validated(scenario).value(), minute.arrivals.recording(kBegan)).value();
  simulator.run_until(59'500ms);
  QCOMPARE(answer.summary.counters.offered, simulator.summary().counters.offered);
  QVERIFY(answer.summary.flushes == simulator.summary().flushes);
  QCOMPARE(answer.summary.delay_p99, simulator.summary().delay_p99);
  QVERIFY(answer.series.rates().begin() == kBegan && answer.series.rates().end() == kBegan + 59'500ms);
  Column sizes;
  const auto position = answer.series.find("size.capacity");
  position.timeline->decimate(position.series, kBegan, kBegan + 60s, {&sizes, 1});
  QVERIFY(sizes.measured);
  QCOMPARE(sizes.max, 30.0);
  QVERIFY(answer.check.flushes.total_flushes() == 11);  // every 5 s, as it ran
  QVERIFY(share > 0.9);
}

void TestWhatIf::theAnswerIsGivenInWords() {
  const Minute minute;
  Config config = minute.measured.newest().config;
  config.interval = 30s;
  const auto answer = *whatIf(*whatIfQuestion(minute.arrivals, minute.measured, config), {});
  const QString text = whatIfText(*answer);
  QVERIFY2(text.startsWith("Over the last 1 min: 0.03 instead of 0.4 (91.6 % fewer) writes and NOTIFYs a second; "),
           qPrintable(text));
  QVERIFY2(text.contains("delay p99") && text.endsWith("nothing dropped, as before."), qPrintable(text));
  QVERIFY2(checkText(*answer).contains("the measurements are"), qPrintable(checkText(*answer)));
  QVERIFY2(storeText(answer->question.store).contains("12 flushes"), qPrintable(storeText(answer->question.store)));
}

void TestWhatIf::aCancelledQuestionHasNoAnswer() {
  const Minute minute;
  int asked = 0;
  const auto question = whatIfQuestion(minute.arrivals, minute.measured, minute.measured.newest().config);
  QVERIFY(!whatIf(*question, [&] { return ++asked == 20; }));
  QCOMPARE(asked, 20);
}

void TestWhatIf::tooLittleIsNoQuestion() {
  const Config config = validated(Config{}).value();
  const Minute minute;
  QVERIFY(!whatIfQuestion(ArrivalRing(), minute.measured, config));
  QVERIFY(!whatIfQuestion(minute.arrivals, Measured(), config));
  Measured young;
  young.append(sampleAt(0s));
  young.append(sampleAt(1s));
  QVERIFY(!whatIfQuestion(minute.arrivals, young, config));
}

void TestWhatIf::aSessionOpensAsItWas() {
  QByteArray text;
  Config config = validated(Config{}).value();
  text += session_line(SessionHead{WallTime(1'767'323'045s), "p", "s", config}).c_str();
  SessionSample sample;
  for (int i = 0; i <= 8; ++i) {
    sample.at = i * 500ms;
    sample.counters.offered = sample.counters.written = static_cast<std::uint64_t>(i) * 100;
    sample.reports = static_cast<std::uint64_t>(i) * 10;
    sample.delay = {};
    if (i > 0) sample.delay.observe(2s, 100);
    if (i == 4) {
      config.batch_size = 700;
      text += session_line(SessionSettings{sample.at, config}).c_str();
      text += session_line(SessionMark{sample.at, "batch size 500 → 700"}).c_str();
    }
    text += session_line(sample).c_str();
  }
  SessionFlush flush;
  flush.at = 1s;
  flush.took = 40ms;
  flush.entries = 500;
  flush.chunks = {"a", "b"};
  text += session_line(flush).c_str();
  const auto session = opened(text, 100);
  QVERIFY2(session->problems.isEmpty(), qPrintable(session->problems.join('\n')));
  // Recorded 5 s ago, when "now" is 5 min: on the clock of the charts.
  QVERIFY(session->began == Instant(5min - 5s) && session->ended == Instant(5min - 1s));
  QVERIFY(session->hasSamples && session->head->source == "s");
  QCOMPARE(session->series.latest().counters.written, 800u);
  QCOMPARE(session->series.latest().config.batch_size, std::int64_t{700});
  QCOMPARE(session->series.total().updates_per_s, 200.0);
  QCOMPARE(session->series.latest().delay.count(), 800u);
  QCOMPARE(session->series.marks().size(), std::size_t{1});
  QVERIFY(session->series.marks()[0].at == Instant(5min - 3s));
  QCOMPARE(session->flushes.size(), std::size_t{1});
  QVERIFY(session->flushes[0].at == Instant(5min - 4s) && session->flushes[0].chunks->size() == 2);
  QVERIFY(session->flushes[0].wall == WallTime(1'767'323'046s));
  QCOMPARE(session->measured.changesSince(session->measured.sampleFrom(session->began)).size(), std::size_t{1});
}

void TestWhatIf::arrivalsAloneAreShownAsSuch() {
  QByteArray text;
  for (int second = 45; second < 50; ++second)
    for (const char* const key : {"a", "b"})
      text += R"({"agent":"00000000-0000-4000-8000-00000000000a","key":")" + QByteArray(key) +
              R"(","collected_at":"2026-01-02T03:04:)" + QByteArray::number(second) + "Z\"}\n";
  const auto session = opened(text);
  QVERIFY(!session->hasSamples);
  QCOMPARE(session->updates, 10u);
  QCOMPARE(session->reports, 5u);
  QVERIFY(session->ended - session->began >= 4s);
  const auto& series = session->series;
  QVERIFY(series.rates().latest(*series.rates().series("updates")) > 1);
  for (const char* const name : {"writes", "held", "dropped", "saved", "buffer.limit"})
    QVERIFY2(std::isnan(series.rates().latest(*series.rates().series(name))), name);
  const auto question = whatIfQuestion(session->arrivals, session->measured, validated(Config{}).value());
  QVERIFY(question && !question->isMeasured);
  const QString said = whatIfText(**whatIf(*question, {}));
  QVERIFY2(said.contains("without batching") && !said.contains("before"), qPrintable(said));
}

void TestWhatIf::badLinesAreNamed() {
  QFile file(METABATCH_SOURCE_DIR "/tests/golden/recording.ndjson");
  QVERIFY(file.open(QIODevice::ReadOnly));
  const auto session = opened(file.readAll() + "{\"record\":\"flush\",\"reason\":\"mood\"}\nnonsense");
  QCOMPARE(session->problems,
           (QStringList{"line 188: collected_at is missing or cannot be read",
                        "line 189: not a line of a recorded session", "line 190: not JSON, at byte 0"}));
  QCOMPARE(session->badLines, 3u);
  QCOMPARE(session->updates, 185u);
  const auto bad = opened(QByteArray("x\n").repeated(100));
  QCOMPARE(bad->badLines, 100u);
  QCOMPARE(bad->problems.size(), OpenedRecordingReader::kProblems);
}

void TestWhatIf::sessionsPutTogetherGoOn() {
  QByteArray text;
  for (int session = 0; session < 2; ++session) {
    text += session_line(SessionHead{WallTime(1'767'323'045s), "p", "s", validated(Config{}).value()}).c_str();
    text +=
        R"({"agent":"00000000-0000-4000-8000-00000000000a","key":"a","collected_at":"2026-01-02T03:04:05Z","at_us":2000000})";
    text += "\n";
    SessionSample sample;
    sample.at = 2s;
    sample.counters.offered = sample.counters.written = 50;
    sample.reports = 5;
    text += session_line(sample).c_str();
  }
  const auto session = opened(text);
  QVERIFY(session->ended - session->began == 4s);
  QCOMPARE(session->series.latest().counters.offered, 100u);
  QCOMPARE(session->series.latest().reports, 10u);
}

/// Small flushes take almost no time and large ones long, so the median of what remains after the
/// cost of entries is zero.
void TestWhatIf::flushesOfTwoKindsStillMakeAModel() {
  Minute minute;
  for (int i = 0; i < 12; ++i) minute.measured.append(flushAt(i * 5s, 500us, 500));
  for (int i = 0; i < 20; ++i) minute.measured.append(flushAt(i * 3s, 20ms, 2000));
  const auto question = whatIfQuestion(minute.arrivals, minute.measured, validated(Config{}).value());
  QVERIFY(question);
  QVERIFY(question->store.model.latency.p99 <= 60ms);
  QVERIFY(whatIf(*question, {}));
}

QTEST_GUILESS_MAIN(TestWhatIf)
#include "tst_what_if.moc"
