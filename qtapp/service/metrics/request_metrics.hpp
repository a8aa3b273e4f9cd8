// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "metabatch/histogram.hpp"
#include "metabatch/prometheus.hpp"
#include "service/handler.hpp"

namespace metabatch::service {

/// Counts answered requests by route and status, and measures how long their answers took. Any
/// thread.
class RequestMetrics {
 public:
  RequestMetrics();
  void record(const AnsweredRequest& request, Instant now);
  /// A request that the server refused before its path was known.
  void record_refusal(unsigned status);

  void write(PrometheusText& to) const;
  /// From the header of a request to its answer.
  [[nodiscard]] Histogram duration() const;

 private:
  static constexpr std::array<unsigned, 16> kStatuses = {200, 204, 400, 401, 403, 404, 405, 408,
                                                         413, 415, 421, 429, 431, 502, 500, 503};
  static std::size_t index_of(unsigned status);

  using Counts = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;
  std::vector<Counts> counts_;  // of each route
  mutable std::mutex mutex_;
  Histogram duration_;  // mutex_
};

}  // namespace metabatch::service
