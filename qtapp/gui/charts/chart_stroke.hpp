// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAreaSeries>
#include <QChart>
#include <QLineSeries>
#include <QValueAxis>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "gui/window/theme.hpp"
#include "metabatch/simulation/timeline.hpp"
#include "models/charts/chart_specs.hpp"

namespace metabatch::gui {

/// The origin of a line's values.
enum class Origin : std::uint8_t {
  measured,
  whatIf,  ///< of a replay: always dotted, areas as their upper line, points hollow
};

/// One line of a chart. It turns decimated columns into points of Qt Charts' series, one series for
/// each span without a gap, so that nothing is drawn where nothing was measured.
class ChartStroke {
 public:
  /// @owns nothing of the chart; the chart owns the series
  ChartStroke(const models::ChartLine& line, QChart& chart, QValueAxis& x, QValueAxis& y,
              Origin origin = Origin::measured)
      : m_line(line), m_chart(chart), m_x(x), m_y(y), m_origin(origin) {}

  /// Draws values as their decimal logarithms, and those below `floor` at the floor; 0: draws them
  /// unchanged.
  void setLogarithmic(double floor) { m_floor = floor; }

  void setTheme(const Theme& theme);
  /// @shape columns: of equal width between `left` and `right` on the x axis
  void draw(std::span<const Column> columns, double left, double right);
  /// The largest value of the last drawing; 0 when there was none.
  [[nodiscard]] double most() const { return m_most; }
  [[nodiscard]] const models::ChartLine& line() const { return m_line; }
  /// The number of points of the last drawing, over all spans.
  [[nodiscard]] qsizetype points() const;

 private:
  struct Stretch {
    QXYSeries* points = nullptr;
    QAbstractSeries* shown = nullptr;  // the same, or the area below
  };
  void drawPoints(std::span<const Column> columns, double left, double width);
  void append(const Column& column, double x, QList<QPointF>& points) const;
  void finish(QList<QPointF>& points);
  Stretch& stretch(std::size_t index);
  void style(Stretch& stretch) const;
  void choosePen();
  [[nodiscard]] bool isArea() const { return m_line.stroke == models::Stroke::area && m_origin == Origin::measured; }
  [[nodiscard]] QPen pen() const;
  [[nodiscard]] double scaled(double value) const;

  const models::ChartLine m_line;
  QChart& m_chart;
  QValueAxis& m_x;
  QValueAxis& m_y;
  const Origin m_origin;
  Theme m_theme;
  std::deque<Stretch> m_stretches;
  std::size_t m_used = 0;
  double m_most = 0;
  double m_floor = 0;
};

}  // namespace metabatch::gui
