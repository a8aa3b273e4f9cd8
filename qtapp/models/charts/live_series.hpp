// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "metabatch/simulation/summary.hpp"
#include "metabatch/simulation/timeline.hpp"
#include "models/charts/sample.hpp"

namespace metabatch::models {

inline constexpr Duration kRateWindow = std::chrono::seconds(10);   ///< a rate is the mean over this time
inline constexpr Duration kSavedWindow = std::chrono::seconds(60);  ///< the span of "now" in a summary
inline constexpr Duration kLongestPause = std::chrono::seconds(3);  ///< a longer time without a sample is a gap

inline constexpr std::size_t kMarks = 1000;  ///< more marks in a day could not be distinguished

/// A change of a setting, marked on the charts.
struct Mark {
  Instant at{};
  QString text;
};

/// The data of the live charts, collected from samples, flushes and notifications. Timelines with
/// fixed memory: `rates` has a value per sample (24 h of them), `flushes` one per flush.
///
/// Series of rates, per second unless stated otherwise: `updates`, `entries`, `writes`, `notifies`,
/// `unbatched`, `dropped`, `coalesced`, `stack.capacity`, `stack.scheduled`, `stack.shutdown`
/// (flushes, each one stacked on those before it), `held` and `buffer.limit` (entries),
/// `batch.limit` (entries), `delay.p50` and `delay.p99` (seconds), `duration.p50` and
/// `duration.p99` (milliseconds), `saved` (percent), `outcome.ok` and `outcome.connection`,
/// `.timeout`, `.conflict`, `.other` (flushes), `oldest` (age of the oldest value, in flight
/// included) and `interval` (seconds). Series of flushes: `capacity`, `scheduled`, `shutdown`,
/// `failed` (milliseconds), `size.capacity`, `size.scheduled`, `size.shutdown` (entries). A flush
/// has values only in the series that apply to it.
///
/// `size.p50`, `size.p99`, `size.mean` (entries) and `duration.mean` exist only with the metrics of
/// a foreign batcher.
///
/// Series of the channel: `received` and `named` (notifications and agents a second), `latency`
/// (milliseconds).
///
/// @units instants as the driver's monotonic clock
/// @owns  everything; belongs to one thread
class LiveSeries {
 public:
  /// @shape longestPause: a longer time without a sample is a gap
  explicit LiveSeries(Duration longestPause = kLongestPause);

  /// Samples and notifications come in the order of their time.
  void append(const Sample& sample);
  /// The same when only the arrivals are known (offered, reports); all other series stay
  /// unmeasured.
  void appendArrivals(const Sample& sample);
  void append(const FlushPoint& flush);
  void append(const ChannelPoint& received);
  void append(const ScrapedValues& scraped);
  /// Marks series that cannot be known, with the reason for people.
  void setMissing(std::set<std::string, std::less<>> series, const QString& why);
  /// Empty: it can be known.
  [[nodiscard]] QString whyMissing(std::string_view series) const;
  /// Keeps the newest kMarks.
  void mark(Instant at, const QString& text);

  [[nodiscard]] const Timeline& rates() const { return m_rates; }
  [[nodiscard]] const Timeline& flushes() const { return m_flushes; }
  [[nodiscard]] const std::vector<Mark>& marks() const { return m_marks; }
  /// Of the last minute, or since the start when that is shorter. Delays are those since the start.
  [[nodiscard]] const Summary& lastMinute() const { return m_lastMinute; }
  /// Since the start.
  [[nodiscard]] const Summary& total() const { return m_total; }
  [[nodiscard]] bool isEmpty() const { return m_history.empty(); }
  /// The newest sample; only when !isEmpty().
  [[nodiscard]] const Sample& latest() const { return m_history.back(); }
  /// The timeline that contains the series, and its position there; nullptr: none does.
  struct Position {
    const Timeline* timeline = nullptr;
    std::size_t series = 0;
  };
  [[nodiscard]] Position find(std::string_view name) const;

 private:
  void remember(const Sample& sample);
  void appendRates(const Sample& sample, bool hasOnlyArrivals);
  [[nodiscard]] const Sample& before(Duration window) const;
  [[nodiscard]] Duration durationQuantile(std::uint32_t tenThousandths) const;

  Timeline m_rates;
  Timeline m_flushes;
  Timeline m_channel;
  std::vector<Mark> m_marks;
  Instant m_began{};                        // the first sample
  std::deque<Sample> m_history;             // of the last minute
  std::deque<ChannelPoint> m_received;      // of the last kRateWindow
  std::optional<Instant> m_listeningSince;  // before that nobody listened
  std::deque<FlushPoint> m_durations;       // of the last kRateWindow
  std::set<std::string, std::less<>> m_missing;
  QString m_whyMissing;
  Summary m_lastMinute;
  Summary m_total;
};

}  // namespace metabatch::models
