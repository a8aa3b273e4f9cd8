// SPDX-License-Identifier: Apache-2.0
#include "models/charts/live_series.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace metabatch::models {
namespace {

constexpr std::string_view kRates[] = {
    "updates",         "entries",          "writes",          "notifies",       "unbatched",    "dropped",
    "coalesced",       "stack.capacity",   "stack.scheduled", "stack.shutdown", "held",         "buffer.limit",
    "batch.limit",     "delay.p50",        "delay.p99",       "duration.p50",   "duration.p99", "saved",
    "duration.mean",   "size.p50",         "size.p99",        "size.mean",      "outcome.ok",   "outcome.connection",
    "outcome.timeout", "outcome.conflict", "outcome.other",   "oldest",         "interval"};
constexpr std::string_view kFlushes[] = {"capacity",      "scheduled",      "shutdown",     "failed",
                                         "size.capacity", "size.scheduled", "size.shutdown"};
constexpr std::string_view kChannel[] = {"received", "named", "latency"};
constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

// 24 h of samples every 500 ms, the last hour one by one.
constexpr TimelineShape ratesShape(Duration longestPause) {
  return {.samples = 7200, .block_samples = 120, .blocks = 1440, .longest_pause = longestPause};
}
// At two flushes a second, the last hours are stored one by one and 24 h in total.
constexpr TimelineShape kFlushesShape{
    .samples = 20'000, .block_samples = 60, .blocks = 3000, .longest_pause = kMaxInterval * 24};

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

Summary summaryBetween(const Sample& later, const Sample& earlier) {
  Metrics metrics;
  metrics.flushes = since(later.flushes, earlier.flushes);
  metrics.delay = later.delay;
  return summarize(since(later.counters, earlier.counters), metrics, later.reports - earlier.reports,
                   later.at - earlier.at);
}

constexpr std::initializer_list<FailureClass> kConflicts = {FailureClass::deadlock, FailureClass::serialization};
constexpr std::initializer_list<FailureClass> kOthers = {FailureClass::data, FailureClass::permission,
                                                         FailureClass::disk, FailureClass::other};

std::uint64_t failed(const FlushCounters& flushes, std::initializer_list<FailureClass> classes) {
  std::uint64_t count = 0;
  for (const FailureClass one : classes) count += flushes.failures[static_cast<std::size_t>(one)];
  return count;
}

double delaySeconds(const DelayHistogram& delay, std::uint32_t tenThousandths) {
  return delay.count() == 0 ? kNotMeasured : milliseconds(delay.quantile(tenThousandths)) / 1e3;
}

constexpr std::size_t kOutcomes = 22, kOldest = 27, kInterval = 28;  // positions in kRates
static_assert(kRates[kOutcomes] == "outcome.ok" && kRates[kOldest] == "oldest" && kRates[kInterval] == "interval");

void fillOutcomes(std::span<double> to, const FlushCounters& flushes, double perSecond) {
  const std::uint64_t counts[] = {flushes.total_flushes(), failed(flushes, {FailureClass::connection}),
                                  failed(flushes, {FailureClass::timeout}), failed(flushes, kConflicts),
                                  failed(flushes, kOthers)};
  for (std::size_t i = 0; i < std::size(counts); ++i) to[i] = static_cast<double>(counts[i]) * perSecond;
}

void keepArrivals(std::span<double> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (kRates[i] != "updates" && kRates[i] != "unbatched") values[i] = kNotMeasured;
}

}  // namespace

LiveSeries::LiveSeries(Duration longestPause)
    : m_rates(kRates, ratesShape(longestPause)),
      m_flushes(kFlushes, kFlushesShape),
      m_channel(kChannel, ratesShape(kLongestPause)) {}

const Sample& LiveSeries::before(Duration window) const {
  const Instant from = latest().at - window;
  const auto found =
      std::find_if(m_history.begin(), m_history.end(), [&](const Sample& one) { return one.at >= from; });
  return found == m_history.end() ? m_history.front() : *found;
}

void LiveSeries::remember(const Sample& sample) {
  if (isEmpty()) m_began = sample.at;
  m_history.push_back(sample);
  // The oldest sample stays until the next one is a whole minute old.
  while (m_history.size() > 2 && m_history[1].at <= sample.at - kSavedWindow) m_history.pop_front();
  Metrics metrics;
  metrics.flushes = sample.flushes;
  metrics.delay = sample.delay;
  m_total = summarize(sample.counters, metrics, sample.reports, sample.at - m_began);
}

void LiveSeries::appendArrivals(const Sample& sample) {
  remember(sample);
  appendRates(sample, true);
}

void LiveSeries::append(const Sample& sample) {
  remember(sample);
  m_lastMinute = summaryBetween(sample, m_history.front());
  appendRates(sample, false);
}

void LiveSeries::appendRates(const Sample& sample, bool hasOnlyArrivals) {
  const Sample& earlier = before(kRateWindow);
  const Summary now = summaryBetween(sample, earlier);
  DelayHistogram delay = sample.delay;
  delay -= earlier.delay;
  const FlushCounters flushes = since(sample.flushes, earlier.flushes);
  const double perSecond = now.seconds > 0 ? 1 / now.seconds : 0;
  const auto rate = [&](std::uint64_t count) { return static_cast<double>(count) * perSecond; };
  while (!m_durations.empty() && m_durations.front().at < sample.at - kRateWindow) m_durations.pop_front();
  const auto duration = [&](std::uint32_t part) {
    return m_durations.empty() ? kNotMeasured : milliseconds(durationQuantile(part));
  };
  std::array<double, std::size(kRates)> values = {now.updates_per_s,
                                                  now.entries_per_s,
                                                  now.db_writes_per_s,
                                                  now.notifies_per_s,
                                                  now.unbatched_db_writes_per_s,
                                                  rate(now.counters.dropped()),
                                                  rate(now.counters.coalesced),
                                                  rate(flushes.flushes[0]),
                                                  rate(flushes.flushes[0] + flushes.flushes[1]),
                                                  rate(flushes.total_flushes()),
                                                  static_cast<double>(sample.counters.held()),
                                                  static_cast<double>(sample.config.queue_capacity),
                                                  static_cast<double>(sample.config.batch_size),
                                                  delaySeconds(delay, 5000),
                                                  delaySeconds(delay, 9900),
                                                  duration(5000),
                                                  duration(9900),
                                                  now.unbatched_db_writes_per_s > 0 ? now.saved * 100 : kNotMeasured,
                                                  kNotMeasured,
                                                  kNotMeasured,
                                                  kNotMeasured,
                                                  kNotMeasured};
  fillOutcomes(std::span(values).subspan(kOutcomes, 5), flushes, perSecond);
  values[kOldest] = sample.oldestAge ? milliseconds(*sample.oldestAge) / 1e3 : 0;
  values[kInterval] = milliseconds(sample.config.interval) / 1e3;
  if (hasOnlyArrivals) keepArrivals(values);
  m_rates.append(sample.at, values);
}

void LiveSeries::append(const FlushPoint& flush) {
  std::array<double, std::size(kFlushes)> values;
  values.fill(kNotMeasured);
  const auto reason = static_cast<std::size_t>(flush.reason);
  if (flush.isFailed) {
    values[kReasons] = milliseconds(flush.took);
  } else {
    values[reason] = milliseconds(flush.took);
    values[kReasons + 1 + reason] = static_cast<double>(flush.entries);
  }
  m_flushes.append(flush.at, values);
  m_durations.push_back(flush);
}

void LiveSeries::append(const ChannelPoint& received) {
  if (!m_listeningSince) m_listeningSince = received.at - kSampleEvery;
  m_received.push_back(received);
  while (m_received.front().at <= received.at - kRateWindow) m_received.pop_front();
  std::uint64_t notifications = 0, agents = 0;
  for (const ChannelPoint& one : m_received) {
    notifications += one.notifications;
    agents += one.agents;
  }
  const double seconds = milliseconds(std::min<Duration>(received.at - *m_listeningSince, kRateWindow)) / 1e3;
  const double values[] = {static_cast<double>(notifications) / seconds, static_cast<double>(agents) / seconds,
                           received.latencySeconds < 0 ? kNotMeasured : received.latencySeconds * 1e3};
  m_channel.append(received.at, values);
}

void LiveSeries::append(const ScrapedValues& scraped) {
  std::array<double, std::size(kRates)> rates;
  rates.fill(kNotMeasured);
  for (const auto& [name, value] : scraped.rates)
    if (const auto series = m_rates.series(name)) rates[*series] = value;
  m_rates.append(scraped.at, rates);
  for (std::size_t reason = 0; reason < kReasons; ++reason) {
    if (!scraped.meanMilliseconds[reason]) continue;
    std::array<double, std::size(kFlushes)> flush;
    flush.fill(kNotMeasured);
    flush[reason] = *scraped.meanMilliseconds[reason];
    m_flushes.append(scraped.at, flush);
  }
}

void LiveSeries::setMissing(std::set<std::string, std::less<>> series, const QString& why) {
  m_missing = std::move(series);
  m_whyMissing = why;
}

QString LiveSeries::whyMissing(std::string_view series) const {
  return m_missing.contains(series) ? m_whyMissing : QString();
}

void LiveSeries::mark(Instant at, const QString& text) {
  if (m_marks.size() >= kMarks) m_marks.erase(m_marks.begin());
  m_marks.push_back({at, text});
}

Duration LiveSeries::durationQuantile(std::uint32_t tenThousandths) const {
  DelayHistogram durations;
  for (const FlushPoint& flush : m_durations) durations.observe(flush.took);
  return durations.quantile(tenThousandths);
}

LiveSeries::Position LiveSeries::find(std::string_view name) const {
  for (const Timeline* timeline : {&m_rates, &m_flushes, &m_channel})
    if (const auto series = timeline->series(name)) return {timeline, *series};
  return {};
}

}  // namespace metabatch::models
