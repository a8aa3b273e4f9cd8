// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "models/metrics/metrics_page.hpp"

namespace metabatch::models {

/// A histogram as a page shows it: cumulative counts by upper bound.
struct ScrapedHistogram {
  std::map<double, double> buckets;  ///< upper bound -> count; the last bound is infinite. Empty: native only
  std::optional<double> sum, count;

  /// Whether classic buckets divide it. A native histogram shows only the infinite bucket in text.
  [[nodiscard]] bool hasBuckets() const { return buckets.size() > 1; }
  /// The mean; nothing where nothing was observed.
  [[nodiscard]] std::optional<double> mean() const;
};

/// A quantile, estimated from buckets.
struct BucketQuantile {
  double value = 0;        ///< interpolated: the truth is anywhere from `from` to `to`
  bool isAtLeast = false;  ///< it lies above the last bound, which `value` then is
  double from = 0;
  double to = 0;
  bool operator==(const BucketQuantile&) const = default;
};

/// Interpolates linearly within a bucket, as Prometheus does. Nothing when nothing was observed or
/// there are no buckets.
///
/// @shape share: 0 to 1
std::optional<BucketQuantile> quantile(const ScrapedHistogram& histogram, double share);

/// One page of metrics, sorted: names without their prefix, `{reason}` or `{class}` behind a dot,
/// other labels summed up.
struct Scrape {
  Instant at{};
  std::optional<double> processStart;                   ///< process_start_time_seconds
  std::map<std::string, double, std::less<>> counters;  ///< `metadata_batches_total.capacity`
  std::map<std::string, double, std::less<>> gauges;
  std::map<std::string, ScrapedHistogram, std::less<>> histograms;  ///< `metadata_flush_duration_seconds.capacity`

  [[nodiscard]] std::optional<double> counter(std::string_view name) const;
  [[nodiscard]] std::optional<double> gauge(std::string_view name) const;
  /// The sum of a counter over all labels; nothing when the page does not have it.
  [[nodiscard]] std::optional<double> family(std::string_view name) const;
  [[nodiscard]] bool isEmpty() const { return counters.empty() && gauges.empty() && histograms.empty(); }
};

/// @shape prefix: of the wanted names, as in `coderd_agentapi_`
Scrape scrapeOf(const MetricsPage& page, std::string_view prefix, Instant at);

/// The increase between two pages of one process. A metric that is missing on the earlier page
/// counts from 0 if others of its family were there. Nothing: a counter decreased or the process
/// changed, because it restarted in between.
std::optional<Scrape> between(const Scrape& later, const Scrape& earlier);

/// The sum of a histogram over all label values. Bounds that some of them lack are left out.
ScrapedHistogram mergedHistogram(const Scrape& scrape, std::string_view name);

inline constexpr std::string_view kProcessStart = "process_start_time_seconds";

}  // namespace metabatch::models
