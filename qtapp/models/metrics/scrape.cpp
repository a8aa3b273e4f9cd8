// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/scrape.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

namespace metabatch::models {
namespace {

constexpr std::string_view kBucket = "_bucket", kSum = "_sum", kCount = "_count", kTotal = "_total";

std::optional<double> bound(const std::string& text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || std::isnan(value)) return std::nullopt;
  return value;
}

/// The metric with the label that divides it.
std::string keyOf(std::string_view name, const MetricSample& sample) {
  std::string key(name);
  for (const char* const label : {"reason", "class"})
    if (const std::string* const value = sample.label(label)) key.append(".").append(*value);
  return key;
}

bool belongsTo(std::string_view key, std::string_view name) {
  return key.starts_with(name) && (key.size() == name.size() || key[name.size()] == '.');
}

void add(std::optional<double>& to, double value) { to = to.value_or(0) + value; }

void add(Scrape& scrape, std::string_view name, const MetricSample& sample) {
  const auto histogram = [&](std::string_view suffix) -> ScrapedHistogram& {
    return scrape.histograms[keyOf(name.substr(0, name.size() - suffix.size()), sample)];
  };
  const std::string* const le = sample.label("le");
  if (name.ends_with(kBucket) && le != nullptr) {
    if (const auto upper = bound(*le)) histogram(kBucket).buckets[*upper] += sample.value;
  } else if (name.ends_with(kSum)) {
    add(histogram(kSum).sum, sample.value);
  } else if (name.ends_with(kCount)) {
    add(histogram(kCount).count, sample.value);
  } else if (name.ends_with(kTotal)) {
    scrape.counters[keyOf(name, sample)] += sample.value;
  } else {
    scrape.gauges[keyOf(name, sample)] += sample.value;
  }
}

/// The increase; nothing when the value decreased.
std::optional<double> growth(double later, double earlier) {
  if (later < earlier) return std::nullopt;
  return later - earlier;
}

std::optional<ScrapedHistogram> growth(const ScrapedHistogram& later, const ScrapedHistogram& earlier) {
  ScrapedHistogram found;
  for (const auto& [upper, count] : later.buckets) {
    const auto before = earlier.buckets.find(upper);
    const auto grown = growth(count, before == earlier.buckets.end() ? 0 : before->second);
    if (!grown) return std::nullopt;
    found.buckets[upper] = *grown;
  }
  if (later.count) {
    found.count = growth(*later.count, earlier.count.value_or(0));
    if (!found.count) return std::nullopt;
  }
  if (later.sum) found.sum = *later.sum - earlier.sum.value_or(0);  // with negative values it may decrease
  return found;
}

template <class Map>
std::optional<typename Map::mapped_type> found(const Map& map, std::string_view name) {
  const auto at = map.find(name);
  return at == map.end() ? std::nullopt : std::optional(at->second);
}

/// Whether the earlier page had a metric of the family, so that a missing one was 0.
template <class Map>
bool hadFamily(const Map& map, std::string_view key) {
  const std::string_view name = key.substr(0, key.find('.'));
  const auto next = map.lower_bound(name);
  return next != map.end() && belongsTo(next->first, name);
}

}  // namespace

std::optional<double> ScrapedHistogram::mean() const {
  if (!sum || !count || *count <= 0) return std::nullopt;
  return *sum / *count;
}

std::optional<BucketQuantile> quantile(const ScrapedHistogram& histogram, double share) {
  if (!histogram.hasBuckets()) return std::nullopt;
  const auto last = std::prev(histogram.buckets.end());
  const double all = last->second;
  if (!std::isinf(last->first) || !(all > 0)) return std::nullopt;
  const double rank = share * all;
  double below = 0, from = 0;
  for (const auto& [upper, upTo] : histogram.buckets) {
    if (std::isinf(upper)) return BucketQuantile{from, true, from, upper};
    if (upTo >= rank && upTo > below) {
      const double lower = upper <= 0 ? upper : from;
      return BucketQuantile{lower + (upper - lower) * ((rank - below) / (upTo - below)), false, lower, upper};
    }
    below = std::max(below, upTo);
    from = upper;
  }
  return std::nullopt;
}

std::optional<double> Scrape::counter(std::string_view name) const { return found(counters, name); }
std::optional<double> Scrape::gauge(std::string_view name) const { return found(gauges, name); }

std::optional<double> Scrape::family(std::string_view name) const {
  std::optional<double> sum;
  for (auto one = counters.lower_bound(name); one != counters.end() && one->first.starts_with(name); ++one)
    if (belongsTo(one->first, name)) add(sum, one->second);
  return sum;
}

Scrape scrapeOf(const MetricsPage& page, std::string_view prefix, Instant at) {
  Scrape scrape;
  scrape.at = at;
  for (const MetricSample& sample : page.samples) {
    if (!std::isfinite(sample.value)) continue;  // not measured
    if (sample.name == kProcessStart) scrape.processStart = sample.value;
    if (!sample.name.starts_with(prefix)) continue;
    const std::string* const success = sample.label("success");  // of an early version of the batcher
    if (success != nullptr && *success == "false") continue;
    add(scrape, std::string_view(sample.name).substr(prefix.size()), sample);
  }
  return scrape;
}

std::optional<Scrape> between(const Scrape& later, const Scrape& earlier) {
  if (later.processStart && earlier.processStart && *later.processStart != *earlier.processStart) return std::nullopt;
  Scrape grown = later;
  grown.counters.clear();
  grown.histograms.clear();
  for (const auto& [key, count] : later.counters) {
    const auto before = found(earlier.counters, key);
    if (!before && !hadFamily(earlier.counters, key)) continue;
    const auto by = growth(count, before.value_or(0));
    if (!by) return std::nullopt;
    grown.counters[key] = *by;
  }
  for (const auto& [key, histogram] : later.histograms) {
    const auto before = found(earlier.histograms, key);
    if (!before && !hadFamily(earlier.histograms, key)) continue;
    const auto by = growth(histogram, before.value_or(ScrapedHistogram()));
    if (!by) return std::nullopt;
    grown.histograms[key] = *by;
  }
  return grown;
}

ScrapedHistogram mergedHistogram(const Scrape& scrape, std::string_view name) {
  ScrapedHistogram merged;
  bool isFirst = true;
  for (const auto& [key, one] : scrape.histograms) {
    if (!belongsTo(key, name)) continue;
    if (one.sum) add(merged.sum, *one.sum);
    if (one.count) add(merged.count, *one.count);
    if (isFirst)
      merged.buckets = one.buckets;
    else
      for (auto at = merged.buckets.begin(); at != merged.buckets.end();) {
        const auto same = one.buckets.find(at->first);
        if (same == one.buckets.end()) {
          at = merged.buckets.erase(at);
        } else {
          at->second += same->second;
          ++at;
        }
      }
    isFirst = false;
  }
  return merged;
}

}  // namespace metabatch::models
