// SPDX-License-Identifier: Apache-2.0
#include "service/metrics/request_metrics.hpp"

#include <algorithm>
#include <string>

#include "service/http/route.hpp"

namespace metabatch::service {
namespace {

constexpr double kBounds[] = {.0001, .00025, .0005, .001, .0025, .005, .01, .025,
                              .05,   .1,     .25,   .5,   1,     2.5,  5};  // seconds

}  // namespace

RequestMetrics::RequestMetrics() : counts_(all_routes().size()), duration_(kBounds) {}

std::size_t RequestMetrics::index_of(unsigned status) {
  const auto* const found = std::find(kStatuses.begin(), kStatuses.end(), status);
  return found != kStatuses.end() ? static_cast<std::size_t>(found - kStatuses.begin()) : kStatuses.size() - 2;  // 500
}

void RequestMetrics::record(const AnsweredRequest& request, Instant now) {
  counts_[route_of(request.path)][index_of(request.status)].fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  duration_.observe(std::chrono::duration<double>(request.took).count(), now);
}

void RequestMetrics::record_refusal(unsigned status) {
  if (status != 0) counts_.back()[index_of(status)].fetch_add(1, std::memory_order_relaxed);
}

Histogram RequestMetrics::duration() const {
  const std::lock_guard lock(mutex_);
  return duration_;
}

void RequestMetrics::write(PrometheusText& to) const {
  to.family("metadata_http_requests_total", MetricType::counter, "Total number of answered HTTP requests.");
  for (std::size_t route = 0; route < counts_.size(); ++route)
    for (std::size_t i = 0; i < kStatuses.size(); ++i) {
      const std::uint64_t count = counts_[route][i].load(std::memory_order_relaxed);
      const std::string status = std::to_string(kStatuses[i]);
      const Label labels[] = {{"route", all_routes()[route]}, {"status", status}};
      if (count > 0) to.sample(count, labels);
    }
  to.family("metadata_http_request_duration_seconds", MetricType::histogram,
            "Time from the header of a request to its answer.");
  to.histogram(duration());
}

}  // namespace metabatch::service
