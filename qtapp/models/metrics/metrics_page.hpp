// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/line_problem.hpp"

namespace metabatch::models {

/// The format of a page of metrics. The two formats differ in the unit of time stamps, in exemplars
/// and in the end.
enum class MetricsForm : std::uint8_t { text, openMetrics };

/// One sample: name, labels in the order of the page, value.
struct MetricSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;

  /// nullptr: it has no such label.
  [[nodiscard]] const std::string* label(std::string_view name) const;
  bool operator==(const MetricSample&) const = default;
};

/// The content of a page of metrics.
struct MetricsPage {
  static constexpr std::size_t kMostReported = 20;

  std::vector<MetricSample> samples;  ///< wanted ones
  quint64 series = 0;                 ///< samples in total
  quint64 badLines = 0;
  std::vector<LineProblem> bad;  ///< the first kMostReported of them
  bool isWhole = true;           ///< false: the end is missing
};

/// Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0: each line strictly, the page
/// tolerantly. A malformed line costs only itself and is reported. So is a repeated series, and a
/// last line without its line end, because a truncated number is another number.
///
/// @shape  wanted: prefixes of the names to keep; all lines are judged
/// @errors none: every text is a page
/// @cost   one pass; memory for the wanted samples and the names of the families
/// @source Prometheus exposition formats, text format 0.0.4; OpenMetrics 1.0.0
MetricsPage readMetrics(std::string_view text, std::vector<std::string_view> wanted,
                        MetricsForm form = MetricsForm::text);

}  // namespace metabatch::models
