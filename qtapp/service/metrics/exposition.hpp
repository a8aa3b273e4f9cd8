// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "metabatch/metrics.hpp"

namespace metabatch::service {

/// The forms in which a page of metrics can be had.
enum class Exposition : std::uint8_t {
  text,          ///< Prometheus text 0.0.4
  open_metrics,  ///< OpenMetrics text 1.0.0
  protobuf,      ///< delimited io.prometheus.client.MetricFamily, histograms in their native form
};

/// What whoever sent this Accept header likes best; text when it names none of them.
///
/// @shape a form that is named without a q counts 1; of equals the first
Exposition exposition_of(std::string_view accept);
std::string_view content_type_of(Exposition exposition);

/// The page `text` (PrometheusText, 0.0.4) in another form.
///
/// @shape metrics: of the same moment, for the native form of the three histograms, found by the end of their family's name;
///        a histogram has no classic buckets there, because its native form may have been reset since
/// @source OpenMetrics 1.0.0; prometheus/client_model metrics.proto
std::string open_metrics(std::string_view text);
std::string protobuf(std::string_view text, const Metrics& metrics);

}  // namespace metabatch::service
