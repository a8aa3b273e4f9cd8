// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCategoryAxis>
#include <QChartView>
#include <memory>
#include <set>
#include <vector>

#include "gui/charts/chart_stroke.hpp"
#include "models/charts/live_series.hpp"
#include "models/charts/time_window.hpp"

namespace metabatch::gui {

/// One chart over the window that all charts share. Ctrl+wheel and + - zoom, Shift+dragging and
/// arrows move, a double click, Home or End returns to live. Crosshair and selection are shared by
/// all charts: Ctrl+arrows move the crosshair; dragging, or Shift+arrows, selects a span; Enter
/// shows it alone; Esc clears it.
class TimeChart : public QChartView {
  Q_OBJECT

 public:
  /// @owns `spec` and `window` outlive the chart
  TimeChart(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// Draws the part of `series` that the window shows. Costs a decimation and a replace() for each
  /// line, whatever the length of the window.
  void refresh(const models::LiveSeries& series);
  /// Draws these series beside the measured ones from the next refresh() on, as Origin::whatIf;
  /// null: stops.
  ///
  /// @owns nothing: the series stay valid until others are set
  void setWhatIf(const models::LiveSeries* series) { m_whatIf = series; }
  [[nodiscard]] const models::LiveSeries* whatIf() const { return m_whatIf; }
  [[nodiscard]] const std::vector<std::unique_ptr<ChartStroke>>& whatIfStrokes() const { return m_others; }
  /// The value of a line at the crosshair, or the newest one; NaN: nothing was measured there.
  [[nodiscard]] double value(const models::LiveSeries& series, const models::ChartLine& line) const;
  [[nodiscard]] const models::ChartSpec& spec() const { return m_spec; }
  /// Hides a line or shows it again.
  void setHidden(std::string_view series, bool hidden);
  [[nodiscard]] bool isHidden(std::string_view series) const { return m_hidden.contains(series); }
  [[nodiscard]] const std::vector<std::unique_ptr<ChartStroke>>& strokes() const { return m_strokes; }
  /// The instants that the axis shows, left and right.
  [[nodiscard]] Instant instantAt(double share) const;

 signals:
  /// The operator moved or zoomed the window.
  void navigated();

 protected:
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void drawForeground(QPainter* painter, const QRectF& rectangle) override;

 private:
  void makeAxes();
  [[nodiscard]] int markHeight() const;
  void drawStroke(ChartStroke& stroke, const models::LiveSeries& series);
  void drawWhatIf();
  void scaleTime();
  void scaleValues();
  [[nodiscard]] double most() const;
  [[nodiscard]] double shareOf(const QPoint& position) const;
  [[nodiscard]] std::optional<double> sceneX(Instant at) const;
  void pointAt(QKeyEvent& event, double shares);
  void drawMarks(QPainter& painter, const QRectF& plot) const;
  void drawSelection(QPainter& painter, const QRectF& plot) const;
  void drawCrosshair(QPainter& painter, const QRectF& plot) const;
  void moveCrosshair();

  const models::ChartSpec& m_spec;
  models::TimeWindow& m_window;
  QCategoryAxis* m_x;
  QCategoryAxis* m_y;
  std::set<std::string, std::less<>> m_hidden;          // series that the legend has hidden
  std::vector<std::unique_ptr<ChartStroke>> m_strokes;  // in the order of painting: areas from the tallest down
  std::vector<std::unique_ptr<ChartStroke>> m_others;   // created on first use
  const models::LiveSeries* m_whatIf = nullptr;
  std::vector<Column> m_columns;
  std::vector<models::Mark> m_marks;
  Theme m_theme;
  QString m_why;  // no series of the chart can be known
  Instant m_from{};
  Instant m_to{};
  std::optional<QPoint> m_dragged;
  std::optional<Instant> m_pickedFrom;  // where the mouse button was pressed
  QRect m_crosshair;                    // where it was last drawn
};

}  // namespace metabatch::gui
