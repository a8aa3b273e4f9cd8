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

/// A histogram as a page shows it: counts that grow, by upper bound, each with those below it.
struct ScrapedHistogram {
  std::map<double, double> buckets;  ///< upper bound -> count; the last bound is infinite. None: a native one only
  std::optional<double> sum, count;

  /// Where classic buckets divide it. A native histogram shows one bucket in text, the infinite one.
  [[nodiscard]] bool hasBuckets() const { return buckets.size() > 1; }
  /// The mean; nothing where nothing was observed.
  [[nodiscard]] std::optional<double> mean() const;
};

/// A quantile read off buckets.
struct BucketQuantile {
  double value = 0;
  bool isAtLeast = false;  ///< it lies above the last bound, which `value` then is
  bool operator==(const BucketQuantile&) const = default;
};

/// Linear within its bucket, as Prometheus does it; nothing where nothing was observed or there are no buckets.
///
/// @shape share: 0 to 1
std::optional<BucketQuantile> quantile(const ScrapedHistogram& histogram, double share);

/// One page of metrics, sorted: names without their prefix, `{reason}` or `{class}` behind a dot, other labels summed up.
struct Scrape {
  Instant at{};
  std::optional<double> processStart;                   ///< process_start_time_seconds
  std::map<std::string, double, std::less<>> counters;  ///< `metadata_batches_total.capacity`
  std::map<std::string, double, std::less<>> gauges;
  std::map<std::string, ScrapedHistogram, std::less<>> histograms;  ///< `metadata_flush_duration_seconds.capacity`

  [[nodiscard]] std::optional<double> counter(std::string_view name) const;
  [[nodiscard]] std::optional<double> gauge(std::string_view name) const;
  /// The sum over all labels of a counter; nothing where the page has none of it.
  [[nodiscard]] std::optional<double> family(std::string_view name) const;
  [[nodiscard]] bool isEmpty() const { return counters.empty() && gauges.empty() && histograms.empty(); }
};

/// @shape prefix: of the wanted names, as in `coderd_agentapi_`
Scrape scrapeOf(const MetricsPage& page, std::string_view prefix, Instant at);

/// What was counted between two pages of one process; what is missing on the earlier counts from 0 where others of its
/// family were there. Nothing: a counter went back, or the process is another one: it started anew in between.
std::optional<Scrape> between(const Scrape& later, const Scrape& earlier);

/// All label values of a histogram added up. Bounds that not all of them have are left out.
ScrapedHistogram mergedHistogram(const Scrape& scrape, std::string_view name);

inline constexpr std::string_view kProcessStart = "process_start_time_seconds";

}  // namespace metabatch::models
