// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/metrics.hpp"

namespace metabatch::service {

/// The formats of a page of metrics.
enum class Exposition : std::uint8_t {
  text,          ///< Prometheus text 0.0.4
  open_metrics,  ///< OpenMetrics text 1.0.0
  protobuf,      ///< delimited io.prometheus.client.MetricFamily, histograms in their native form
};

/// The format that this Accept header prefers; text when it names none of them.
///
/// @shape a format that is named without a q counts 1; of equals the first
Exposition exposition_of(std::string_view accept);
std::string_view content_type_of(Exposition exposition);

/// One series of a histogram, for its native form.
struct NativeSeries {
  std::string_view family_end;  ///< the end of the name of its family
  std::string_view reason;      ///< value of the label `reason`, or ""
  const Histogram* histogram;   ///< not null
};

/// The histograms of a page.
///
/// @owns nothing: both outlive the series
std::vector<NativeSeries> native_series(const Metrics& metrics, const Histogram& request_duration);

/// Converts the page `text` (PrometheusText, 0.0.4) to another format.
///
/// @shape series: of the same moment. A histogram has no classic buckets in protobuf, because its
///        native form may have been
///        reset since
/// @source OpenMetrics 1.0.0; prometheus/client_model metrics.proto
std::string open_metrics(std::string_view text);
std::string protobuf(std::string_view text, std::span<const NativeSeries> series);

}  // namespace metabatch::service
