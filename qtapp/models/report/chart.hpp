// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/timeline.hpp"

/// Charts as HTML. The marks are inline SVG that stretches to any width; the words are HTML, so
/// that they keep their size. Nothing needs a script. The page brings the style (report_page.hpp).
namespace metabatch::report {

/// Escapes a text for use between tags or in an attribute.
std::string escaped(std::string_view text);

/// How the numbers of an axis or of a table are written.
enum class Unit : std::uint8_t {
  count,       ///< `1,234`
  per_second,  ///< `1.8`
  seconds,     ///< `0.56 s`, `2 m 5 s`
};
std::string text_of(double value, Unit unit);

/// What one line of a chart shows.
struct ChartLine {
  std::string name;
  std::vector<Column> columns{};  ///< of equal width, from the begin of the time axis to its end
};

/// Lines over time, with a legend and the same numbers as a table to open.
///
/// @units begin 0, end `seconds`; values as `unit`
struct TimeChart {
  std::string id{};     ///< unique on its page: letters, digits and dashes
  std::string title{};  ///< what is drawn
  std::string about{};  ///< one sentence, which a screen reader reads in place of the picture
  Unit unit = Unit::count;
  double seconds = 0;
  std::vector<ChartLine> lines{};
};

/// A `<figure>` with picture, legend and table.
std::string chart_html(const TimeChart& chart);

/// One of many results, by cost and delay.
struct ChartPoint {
  double x = 0;
  double y = 0;
  std::string label{};          ///< what it is, in words
  bool is_on_frontier = false;  ///< no other result is better in both ways
  bool is_chosen = false;
};

/// Results as points, and a line through those of the frontier. Both axes are logarithmic.
struct PointChart {
  std::string id{}, title{}, about{};
  std::string x_name{}, y_name{};
  Unit x_unit = Unit::per_second;
  Unit y_unit = Unit::seconds;
  std::vector<ChartPoint> points{};
  double y_limit = 0;  ///< a line across, named by `limit_name`; 0: none
  std::string limit_name{};
};
std::string chart_html(const PointChart& chart);

/// A table that scrolls by itself on a narrow page.
///
/// @shape head: one cell a column, each row as many; all text
std::string table_html(std::string_view caption, const std::vector<std::string>& head,
                       const std::vector<std::vector<std::string>>& rows);

}  // namespace metabatch::report
