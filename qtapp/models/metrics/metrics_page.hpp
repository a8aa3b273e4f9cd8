// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metabatch::models {

/// How a page of metrics is written. The two differ in the unit of time stamps, in exemplars and in the end.
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

/// A line that is none, by its number, from 1.
struct BadMetricLine {
  quint64 line = 0;
  QString what;
  bool operator==(const BadMetricLine&) const = default;
};

/// What a page of metrics says.
struct MetricsPage {
  static constexpr std::size_t kMostReported = 20;

  std::vector<MetricSample> samples;  ///< wanted ones
  quint64 series = 0;                 ///< samples in all
  quint64 badLines = 0;
  std::vector<BadMetricLine> bad;  ///< the first kMostReported of them
  bool isWhole = true;             ///< false: the end is missing
};

/// Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0: each line strictly, the page tolerantly. A line that is not as
/// the format says costs itself only and is named; so is a series that comes twice, and a last line without its end, because
/// a number that was cut is another number.
///
/// @shape  wanted: prefixes of the names to keep; all lines are judged
/// @errors none: every text is a page
/// @cost   one pass; memory for the wanted samples and the names of the families
/// @source Prometheus exposition formats, text format 0.0.4; OpenMetrics 1.0.0
MetricsPage readMetrics(std::string_view text, std::vector<std::string_view> wanted,
                        MetricsForm form = MetricsForm::text);

}  // namespace metabatch::models
