// SPDX-License-Identifier: Apache-2.0
#include "models/charts/what_if.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <map>

#include "metabatch/simulation/simulator.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr Duration kShortest = std::chrono::seconds(2);

struct WhatIf {
  Q_DECLARE_TR_FUNCTIONS(WhatIf)
};

/// Turns lines of the event log (simulator.hpp) into flushes for the charts.
class FlushListener {
 public:
  FlushListener(LiveSeries& series, Instant began) : m_series(series), m_began(began) {}

  void onLine(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const Instant at = m_began + Duration(number(line.substr(0, blank)));
    const std::string_view what = line.substr(blank + 1);
    if (what.starts_with("take ")) {
      const std::string_view reason = word(what, " reason=");
      FlushPoint& flush = m_flying[number(word(what, " id="))];
      flush.at = at;
      flush.entries = static_cast<std::size_t>(number(word(what, " entries=")));
      for (std::size_t i = 0; i < kReasons; ++i)
        if (name_of(static_cast<Reason>(i)) == reason) flush.reason = static_cast<Reason>(i);
      return;
    }
    const bool isFailed = what.starts_with("fail ");
    if (!isFailed && !what.starts_with("done ")) return;
    const auto found = m_flying.find(number(word(what, " id=")));
    if (found == m_flying.end()) return;
    FlushPoint flush = found->second;
    m_flying.erase(found);
    flush.took = at - flush.at;
    flush.at = at;
    flush.isFailed = isFailed;
    m_series.append(flush);
  }

 private:
  static std::string_view word(std::string_view line, std::string_view name) {
    const std::size_t at = line.find(name);
    if (at == line.npos) return {};
    const std::string_view rest = line.substr(at + name.size());
    return rest.substr(0, rest.find(' '));
  }
  static std::int64_t number(std::string_view digits) {
    std::int64_t value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    return value;
  }

  LiveSeries& m_series;
  const Instant m_began;
  std::map<std::int64_t, FlushPoint> m_flying;
};

Sample sampleOf(const Simulator& simulator, Instant at) {
  const ReplicaState state = simulator.replica(0);
  Sample sample;
  sample.at = at;
  sample.counters = state.counters;
  sample.flushes = state.metrics.flushes;
  sample.delay = state.metrics.delay;
  sample.reports = simulator.reports();
  sample.bufferedEntries = state.buffered_entries;
  sample.bufferedBytes = state.buffered_bytes;
  sample.config = state.config;
  return sample;
}

/// One run over [from, to). What is held at its end stays held, as in the measured session.
class Run {
 public:
  Run(Simulator& simulator, const WhatIfQuestion& question) : m_simulator(simulator), m_question(question) {}

  /// @shape series: it is filled, or null
  bool play(LiveSeries* series, const IsCancelled& isCancelled, const OnProgress& onProgress) {
    const Duration length = m_question.to - m_question.from;
    if (series != nullptr) series->append(sampleOf(m_simulator, m_question.from));
    for (Duration until = kSampleEvery; until < length; until += kSampleEvery) {
      while (m_simulator.now() < until) {
        if (isCancelled && isCancelled()) return false;
        m_simulator.run_until(until, kReportsAStep);
      }
      if (series != nullptr) series->append(sampleOf(m_simulator, m_question.from + until));
      if (onProgress) onProgress(in_seconds(until) / in_seconds(length));
    }
    return true;
  }

 private:
  Simulator& m_simulator;
  const WhatIfQuestion& m_question;
};

/// `3.60 → 0.40`, and the relative change.
QString change(double before, double after) {
  QString both = WhatIf::tr("%1 instead of %2").arg(rateText(after), rateText(before));
  if (before <= 0 || after == before) return both;
  const double share = std::abs(after - before) / before;
  if (share > 2) return WhatIf::tr("%1 (%2 times as many)").arg(both, rateText(after / before));
  return (after < before ? WhatIf::tr("%1 (%2 fewer)") : WhatIf::tr("%1 (%2 more)")).arg(both, percentText(share));
}

/// `4 µs`
QString microsText(Duration duration) {
  return rateText(std::round(static_cast<double>(duration.count()) / 100) / 10) + QString::fromUtf8(" µs");
}

double statements(const Summary& summary) { return summary.db_writes_per_s + summary.notifies_per_s; }

}  // namespace

Scenario scenarioOf(const WhatIfQuestion& question, const Config& config, std::vector<SettingChange> changes) {
  Scenario scenario;
  scenario.duration = std::max<Duration>(question.to - question.from, kShortest);
  scenario.config = config;
  scenario.store = question.store.model;
  scenario.changes = std::move(changes);
  return scenario;
}

std::optional<WhatIfQuestion> whatIfQuestion(const ArrivalRing& arrivals, const Measured& measured,
                                             const Config& wanted) {
  if (arrivals.isEmpty() || measured.isEmpty()) return std::nullopt;
  const Sample& first = measured.sampleFrom(arrivals.begin());
  const Sample& last = measured.newest();
  if (last.at - first.at < kShortest) return std::nullopt;
  const Summary summary = measured.since(first);
  return WhatIfQuestion{.arrivals = arrivals,
                        .from = first.at,
                        .to = last.at,
                        .config = wanted,
                        .store = measured.fit(first.at),
                        .measured = summary,
                        .isMeasured = summary.flushes.total_flushes() + summary.flushes.total_failures() > 0,
                        .running = first.config,
                        .changes = measured.changesSince(first)};
}

std::optional<std::shared_ptr<const WhatIfAnswer>> whatIf(const WhatIfQuestion& question,
                                                          const IsCancelled& isCancelled,
                                                          const OnProgress& onProgress) {
  auto answer = std::make_shared<WhatIfAnswer>();
  answer->question = question;
  answer->question.arrivals.clear();
  const std::shared_ptr<const Recording> recording = question.arrivals.recording(question.from);
  const auto half = [&](double offset) {
    return [&onProgress, offset](double share) {
      if (onProgress) onProgress(offset + share / 2);
    };
  };
  const Result<ValidScenario> wanted = validated(scenarioOf(question, question.config, {}));
  const Result<ValidScenario> running = validated(scenarioOf(question, question.running, question.changes));
  if (!wanted || !running) return std::nullopt;  // the settings are valid, and so is a fitted database
  Result<Simulator> asked = Simulator::create(*wanted, recording);
  Result<Simulator> ran = Simulator::create(*running, recording);
  FlushListener listener(answer->series, question.from);
  asked->set_sink([&](std::string_view line) { listener.onLine(line); });
  if (!Run(*asked, question).play(&answer->series, isCancelled, half(0))) return std::nullopt;
  answer->summary = asked->summary();
  asked = Error{Errc::length};  // frees its memory first
  if (!Run(*ran, question).play(nullptr, isCancelled, half(0.5))) return std::nullopt;
  answer->check = ran->summary();
  return answer;
}

QString whatIfText(const WhatIfAnswer& answer) {
  const Summary& before = answer.question.measured;
  const Summary& after = answer.summary;
  const QString span = secondsText(std::round(after.seconds));
  if (!answer.question.isMeasured)
    return WhatIf::tr(
               "Over %1: %2 writes and NOTIFYs a second instead of %3 without batching; delay p99 %4; %5 "
               "dropped.")
        .arg(span, rateText(statements(after)),
             rateText(after.unbatched_db_writes_per_s + after.unbatched_notifies_per_s), secondsText(after.delay_p99),
             counted(after.counters.dropped_full, "update"));
  QString text = WhatIf::tr("Over the last %1: %2 writes and NOTIFYs a second; delay p99 %3 instead of %4; ")
                     .arg(span, change(statements(before), statements(after)), secondsText(after.delay_p99),
                          secondsText(before.delay_p99));
  const std::uint64_t dropped = after.counters.dropped_full, was = before.counters.dropped_full;
  if (dropped == 0 && was == 0) return text + WhatIf::tr("nothing dropped, as before.");
  return text + WhatIf::tr("%1 dropped instead of %2.").arg(counted(dropped, "update"), withCommas(was));
}

QString checkText(const WhatIfAnswer& answer) {
  const Summary& measured = answer.question.measured;
  if (!answer.question.isMeasured) return {};
  return WhatIf::tr("For the settings that ran, the model gives %1 a second and %2; the measurements are %3 and %4.")
      .arg(rateText(statements(answer.check)), secondsText(answer.check.delay_p99), rateText(statements(measured)),
           secondsText(measured.delay_p99));
}

QString storeText(const StoreFit& store) {
  if (store.flushes < kFewFlushes)
    return WhatIf::tr("There were too few flushes to model the database. Assumed: median %1, p99 %2, and %3 an entry.")
        .arg(secondsText(in_seconds(store.model.latency.p50)), secondsText(in_seconds(store.model.latency.p99)),
             microsText(store.model.row_cost));
  return WhatIf::tr("The database is modelled from %1: median %2, p99 %3, and %4 an entry (%5).")
      .arg(counted(store.flushes, "flush"), secondsText(in_seconds(store.model.latency.p50)),
           secondsText(in_seconds(store.model.latency.p99)), microsText(store.model.row_cost),
           store.hasMeasuredRowCost ? WhatIf::tr("measured") : WhatIf::tr("assumed, because all batches had one size"));
}

}  // namespace metabatch::models
