// SPDX-License-Identifier: Apache-2.0
#include "models/tuning/tuning.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr int kFewIntervals = 4;  // arrivals of a shorter time say little about a delay

struct Tuning {
  Q_DECLARE_TR_FUNCTIONS(Tuning)
};

TuneQuestion questionOf(const WhatIfQuestion& asked, ValidScenario scenario, Duration maxDelay) {
  TuneQuestion question;
  question.scenario = std::move(scenario);
  question.max_delay = maxDelay;
  question.recording = asked.arrivals.recording(asked.from);
  return question;
}

std::uint64_t lostOf(const TunePoint& point) {
  const Counters& counters = point.run.summary.counters;
  return counters.dropped() + counters.discarded;
}

}  // namespace

std::vector<std::size_t> TuneAnswer::shown() const {
  std::vector<std::size_t> found = frontier;
  for (const std::size_t index : {std::size_t{0}, recommended.point})
    if (std::find(found.begin(), found.end(), index) == found.end()) found.push_back(index);
  std::stable_sort(found.begin(), found.end(), [this](std::size_t a, std::size_t b) {
    return points[a].judged_delay() < points[b].judged_delay();
  });
  return found;
}

std::shared_ptr<const TuneAnswer> tune(const WhatIfQuestion& question, Duration maxDelay,
                                       const IsCancelled& isCancelled, const OnTried& onTried) {
  Result<ValidScenario> scenario = validated(scenarioOf(question, question.config, {}));
  if (!scenario) return nullptr;
  Result<Tuner> created = Tuner::create(questionOf(question, std::move(scenario).value(), maxDelay));
  if (!created) return nullptr;
  Tuner& tuner = *created;
  while (!tuner.finished() && !(isCancelled && isCancelled())) {
    tuner.step();
    if (onTried) onTried(tuner.done(), tuner.size());
  }
  const std::optional<Recommendation> recommended = tuner.recommendation();
  if (!recommended) return nullptr;
  auto answer = std::make_shared<TuneAnswer>();
  answer->points.assign(tuner.points().begin(), tuner.points().end());
  answer->frontier = tuner.frontier();
  answer->recommended = *recommended;
  answer->size = tuner.size();
  answer->maxDelay = maxDelay;
  answer->span = question.to - question.from;
  answer->store = question.store;
  return answer;
}

Config withTuned(Config running, const Config& found) {
  running.batch_size = found.batch_size;
  running.interval = found.interval;
  running.schedule = found.schedule;
  running.queue = found.queue;
  running.queue_capacity = std::max(running.queue_capacity, found.batch_size);
  return running;
}

QString settingsText(const Config& config) {
  return Tuning::tr("batch size %1, interval %2, %3, %4")
      .arg(withCommas(static_cast<quint64>(config.batch_size)), secondsText(in_seconds(config.interval)),
           text(name_of(config.schedule)), text(name_of(config.queue)));
}

QString verdictText(const TuneAnswer& answer) {
  const TunePoint& best = answer.best();
  const TunePoint& today = answer.today();
  const QString limit = secondsText(in_seconds(answer.maxDelay));
  if (!answer.recommended.meets)
    return Tuning::tr(
               "No tried setting keeps values younger than %1 for 99 % of the time and drops nothing. The "
               "closest one: %2 old, %3 writes and NOTIFYs a second.")
        .arg(limit, secondsText(best.judged_delay()), rateText(best.cost_per_s()));
  QString words =
      Tuning::tr("Fewest writes and NOTIFYs with values at most %1 old for 99 % of the time: %2 a second, %3 old.")
          .arg(limit, rateText(best.cost_per_s()), secondsText(best.judged_delay()));
  if (answer.recommended.point == 0) return words + ' ' + Tuning::tr("The running settings are the best ones.");
  words += ' ' + Tuning::tr("The running settings need %1 a second, %2 old.")
                     .arg(rateText(today.cost_per_s()), secondsText(today.judged_delay()));
  if (const std::uint64_t lost = lostOf(today); lost > 0)
    words += ' ' + Tuning::tr("They lose %1.").arg(counted(lost, "update"));
  return words;
}

QString reasonsText(const TuneAnswer& answer) {
  QStringList lines;
  for (const RunFinding& one : answer.recommended.reasons) lines += QString::fromStdString(describe(one));
  for (const RunFinding& one : answer.recommended.warnings)
    lines += Tuning::tr("Warning: %1").arg(QString::fromStdString(describe(one)));
  for (const RunFinding& one : answer.recommended.today)
    if (is_warning(one.kind)) lines += Tuning::tr("Running settings: %1").arg(QString::fromStdString(describe(one)));
  return lines.join('\n');
}

QString basisText(const TuneAnswer& answer) {
  const double span = in_seconds(answer.span);
  QString words = Tuning::tr("Tried %1 of %2 settings on the updates of %3.")
                      .arg(withCommas(answer.points.size()), withCommas(answer.size), secondsText(std::round(span)));
  if (span < kFewIntervals * in_seconds(answer.maxDelay))
    words += ' ' + Tuning::tr("That is short for this age: a longer session gives a better answer.");
  return words + ' ' + storeText(answer.store);
}

}  // namespace metabatch::models
