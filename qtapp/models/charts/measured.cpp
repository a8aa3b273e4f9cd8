// SPDX-License-Identifier: Apache-2.0
#include "models/charts/measured.hpp"

#include <algorithm>
#include <cmath>

#include "models/charts/live_series.hpp"

namespace metabatch::models {
namespace {

constexpr std::size_t kEnoughForP99 = 100;       // flushes
constexpr double kSpread = 1.5;                  // largest batch / smallest, to show the cost of an entry
constexpr double kP99OverP90 = 2.3263 / 1.2816;  // of a normal distribution
constexpr double kMostOfSeen = 3;
constexpr std::size_t kMostCompared = 300;  // flushes; each is compared with each
constexpr double kMostForEntries = 0.9;     // share of a flush that entries may take at most
constexpr std::size_t kMostOutages = 64;

double quantile(const std::vector<double>& ascending, double part) {
  const double position = part * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (ascending[above] - ascending[below]) * (position - std::floor(position));
}

Duration nanoseconds(double count) { return Duration(std::llround(std::max(count, 0.0))); }

struct Point {
  double entries, took;
};

/// The cost of one more entry: the median of the slopes between all pairs of flushes of clearly
/// different size (Theil and Sen). A few flushes that were slow for other reasons do not move it.
/// Nothing when all batches have about one size.
std::optional<double> slope(const std::vector<Point>& points) {
  const auto [least, most] = std::minmax_element(points.begin(), points.end(),
                                                 [](const Point& a, const Point& b) { return a.entries < b.entries; });
  if (most->entries < kSpread * std::max(least->entries, 1.0)) return std::nullopt;
  const double apart = (most->entries - least->entries) / 2;
  const std::size_t step = (points.size() + kMostCompared - 1) / kMostCompared;
  std::vector<double> slopes = {(most->took - least->took) / (most->entries - least->entries)};
  for (std::size_t i = 0; i < points.size(); i += step)
    for (std::size_t j = i + step; j < points.size(); j += step)
      if (const double more = points[j].entries - points[i].entries; std::abs(more) >= apart)
        slopes.push_back((points[j].took - points[i].took) / more);
  std::sort(slopes.begin(), slopes.end());
  return quantile(slopes, 0.5);
}

/// The time of a flush: a fixed cost, and a cost for each entry.
void fitTimes(const std::vector<Point>& points, StoreFit& found) {
  found.flushes = points.size();
  if (points.size() < kFewFlushes) return;
  const std::optional<double> measured = slope(points);
  found.hasMeasuredRowCost = measured.has_value();
  std::vector<double> shares;
  shares.reserve(points.size());
  for (const Point& one : points) shares.push_back(one.took / std::max(one.entries, 1.0));
  std::sort(shares.begin(), shares.end());
  const double most = quantile(shares, 0.5) * (measured ? kMostForEntries : 0.5);
  const double cost = std::clamp(measured.value_or(static_cast<double>(StoreModel{}.row_cost.count())), 0.0, most);
  std::vector<double> left;
  left.reserve(points.size());
  for (const Point& one : points) left.push_back(std::max(one.took - cost * one.entries, 1.0));
  std::sort(left.begin(), left.end());
  const double p50 = quantile(left, 0.5);
  // Derived from a median near zero, the p99 could be years. So it is limited to a few times the
  // observed maximum.
  const double p99 = left.size() >= kEnoughForP99
                         ? quantile(left, 0.99)
                         : std::min(p50 * std::pow(quantile(left, 0.9) / p50, kP99OverP90), kMostOfSeen * left.back());
  found.model.row_cost = nanoseconds(cost);
  found.model.latency = {LatencyShape::lognormal, nanoseconds(p50), nanoseconds(std::max(p50, p99))};
}

}  // namespace

void Measured::append(const Sample& sample) {
  const bool isChange = !isEmpty() && !(newest().config == sample.config);
  // The newest sample is always stored. The one before it stays when it is a pace away from its
  // predecessor, or is a change.
  if (m_samples.size() >= 2 && !isChange) {
    const Sample& before = m_samples[m_samples.size() - 2];
    if (newest().at - before.at < m_pace && newest().config == before.config) m_samples.pop_back();
  }
  m_samples.push_back(sample);
  if (m_samples.size() <= kSamples) return;
  m_pace = std::max<Duration>(m_pace * 2, 2 * kSampleEvery);
  std::deque<Sample> kept;
  for (std::size_t i = 0; i < m_samples.size(); ++i) {
    const bool isEdge = i == 0 || i + 1 == m_samples.size() || !(m_samples[i].config == m_samples[i - 1].config);
    if (isEdge || m_samples[i].at - kept.back().at >= m_pace) kept.push_back(m_samples[i]);
  }
  m_samples = std::move(kept);
  while (m_samples.size() > kSamples) m_samples.pop_front();  // all of them are changes
}

void Measured::append(const FlushLine& flush) {
  m_flushes.push_back({flush.at, flush.took, flush.entries, flush.chunks ? flush.chunks->size() : 0,
                       flush.publishErrors, flush.failure != FailureClass::none});
  if (m_flushes.size() > kFlushes) m_flushes.pop_front();
}

void Measured::clear() { *this = {}; }

const Sample& Measured::sampleFrom(Instant from) const {
  const auto found =
      std::find_if(m_samples.begin(), m_samples.end(), [&](const Sample& one) { return one.at >= from; });
  return found == m_samples.end() ? m_samples.back() : *found;
}

Summary Measured::since(const Sample& from) const {
  const Sample& to = newest();
  Metrics metrics;
  metrics.flushes = metabatch::since(to.flushes, from.flushes);
  metrics.delay = to.delay;
  metrics.delay -= from.delay;
  return summarize(metabatch::since(to.counters, from.counters), metrics, to.reports - from.reports, to.at - from.at);
}

std::vector<SettingChange> Measured::changesSince(const Sample& from) const {
  std::vector<SettingChange> found;
  Scenario before;
  before.config = from.config;
  for (const Sample& sample : m_samples) {
    if (sample.at <= from.at || sample.config == before.config) continue;
    Scenario after;
    after.config = sample.config;
    for (const ScenarioField& field : scenario_fields()) {
      if (!field.is_setting) continue;
      const std::string text = field_text(after, field.name);
      if (text != field_text(before, field.name)) found.push_back({sample.at - from.at, std::string(field.name), text});
    }
    before = after;
  }
  return found;
}

StoreFit Measured::fit(Instant from) const {
  StoreFit found;
  std::vector<Point> points;
  std::size_t chunks = 0, lost = 0;
  bool isAway = false;
  Instant away{};  // since
  Duration answer{};
  const auto end = [&](Instant at) {
    if (found.model.outages.size() < kMostOutages)
      found.model.outages.push_back({away - from, std::max<Duration>(at - away, std::chrono::milliseconds(1))});
  };
  for (const Flush& flush : m_flushes) {
    if (flush.at < from) continue;
    chunks += flush.chunks;
    lost += std::min(flush.publishErrors, flush.chunks);
    if (flush.isFailed) {
      if (!isAway) away = flush.at;
      isAway = true;
      answer = std::max(answer, std::min<Duration>(flush.took, std::chrono::seconds(5)));
      continue;
    }
    if (isAway) end(flush.at);
    isAway = false;
    points.push_back({static_cast<double>(flush.entries), static_cast<double>(flush.took.count())});
  }
  if (isAway && !isEmpty()) end(newest().at);
  if (answer > Duration{}) found.model.outage_answer = answer;
  if (chunks > 0) found.model.publish_failures = static_cast<std::uint32_t>(lost * 1'000'000 / chunks);
  fitTimes(points, found);
  return found;
}

}  // namespace metabatch::models
