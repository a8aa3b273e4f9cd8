// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QStringList>

#include "gui/charts/time_chart.hpp"

namespace metabatch::gui {

/// A chart with its title, its unit and a legend that carries the values.
class ChartCard : public QFrame {
  Q_OBJECT

 public:
  ChartCard(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void refresh(const models::LiveSeries& series);
  /// The values only, for a crosshair that moved.
  void refreshLegend(const models::LiveSeries& series);
  [[nodiscard]] TimeChart& chart() { return *m_chart; }
  [[nodiscard]] QString legendText() const { return m_legend->text(); }
  /// A second line for each of its own (see TimeChart::setWhatIf), and a legend for them.
  void setWhatIf(const models::LiveSeries* series);
  [[nodiscard]] QString whatIfText() const { return m_others->text(); }

 private:
  [[nodiscard]] QString toggle(const models::ChartLine& line, const QString& label) const;
  [[nodiscard]] QString values(const models::LiveSeries& series, bool isWhatIf) const;

  QLabel* m_title;
  QLabel* m_legend;
  QLabel* m_others;  // the legend of what would be
  TimeChart* m_chart;
  Theme m_theme;
  const models::LiveSeries* m_series = nullptr;  // drawn last
  QStringList m_samples;  // of the lines, as they are drawn, for the legend
};

}  // namespace metabatch::gui
