// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QScrollArea>
#include <QWidget>
#include <vector>

#include "gui/charts/chart_card.hpp"
#include "models/charts/what_if.hpp"
#include "models/health_view.hpp"

class QGridLayout;

namespace metabatch::gui {

class HealthPanel;

/// The state of batching in words, with remedies, its savings, and all charts.
class Dashboard : public QWidget {
  Q_OBJECT

 public:
  /// @owns `series` and `window` outlive the dashboard
  Dashboard(const models::LiveSeries& series, models::TimeWindow& window, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// Draws everything anew.
  void refresh(const models::HealthText& health);
  void refreshCharts();
  /// Draws the answer beside the measured values; null: stops.
  void setWhatIf(std::shared_ptr<const models::WhatIfAnswer> answer);
  /// Draws these series beside the measured ones, in place of an answer; null: stops.
  ///
  /// @shape name: of the series, for the legends
  void setBeside(std::shared_ptr<const models::LiveSeries> series, const QString& name);
  [[nodiscard]] const std::vector<ChartCard*>& cards() const { return m_cards; }
  [[nodiscard]] QString headline() const;
  [[nodiscard]] QString saved() const;
  /// All findings as text, one a line.
  [[nodiscard]] QString words() const;

 signals:
  /// The operator pressed the button beside a finding.
  void adviceWanted(const metabatch::Config& config);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void makeHeader();
  void showFigures(const std::vector<std::pair<QString, QString>>& figures);
  void arrange();

  const models::LiveSeries& m_series;
  models::TimeWindow& m_window;
  Theme m_theme;
  HealthPanel* m_health;
  QLabel* m_figures;
  QGridLayout* m_headerLayout;
  QWidget* m_header;
  QScrollArea* m_scroll;
  QWidget* m_grid;
  std::vector<ChartCard*> m_cards;
  std::shared_ptr<const models::LiveSeries> m_beside;
  int m_columns = 0;
};

}  // namespace metabatch::gui
