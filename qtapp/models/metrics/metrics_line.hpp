// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "models/metrics/metrics_page.hpp"

namespace metabatch::models {

/// What one line of a page of metrics is.
struct MetricsLine {
  enum class Kind : std::uint8_t { nothing, type, end, sample, bad };
  Kind kind = Kind::nothing;
  MetricSample sample;      ///< sample only
  std::string_view family;  ///< type only: of which metric
  const char* what = "";    ///< bad only: for people
  std::size_t at = 0;       ///< bad only: byte offset
};

/// Reads one line, without its end, strictly.
MetricsLine readMetricsLine(std::string_view line, MetricsForm form);

}  // namespace metabatch::models
