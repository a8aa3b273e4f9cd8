// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QStringList>
#include <vector>

#include "gui/charts/time_chart.hpp"

namespace metabatch::gui {

/// A chart with its title, its unit and a legend that shows the values.
class ChartCard : public QFrame {
  Q_OBJECT

 public:
  ChartCard(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void refresh(const models::LiveSeries& series);
  /// Refreshes only the values, after the crosshair moved.
  void refreshLegend(const models::LiveSeries& series);
  [[nodiscard]] TimeChart& chart() { return *m_chart; }
  [[nodiscard]] QString legendText() const { return m_legend->text(); }
  /// Draws a second line for each line of the chart (see TimeChart::setWhatIf), with a legend.
  ///
  /// @shape name: of these lines, as plain text
  void setBeside(const models::LiveSeries* series, const QString& name);
  [[nodiscard]] QString whatIfText() const { return m_others->text(); }

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  [[nodiscard]] QString toggle(const models::ChartLine& line, const QString& label) const;
  [[nodiscard]] int widthOf(const QString& label, const QString& value) const;
  /// One name and its value in a legend.
  struct Part {
    QString html;
    int width = 0;  // pixels; 0: it may be wrapped
  };
  [[nodiscard]] std::vector<Part> values(const models::LiveSeries& series, bool isWhatIf) const;
  /// @shape used: pixels of the first line that are taken
  [[nodiscard]] QString flowed(const std::vector<Part>& parts, int used) const;

  QLabel* m_title;
  QLabel* m_legend;
  QLabel* m_others;  // the legend of the second lines
  QString m_besideName;
  TimeChart* m_chart;
  Theme m_theme;
  const models::LiveSeries* m_series = nullptr;  // as last drawn
  QStringList m_samples;                         // pictures of the drawn lines, for the legend
};

}  // namespace metabatch::gui
