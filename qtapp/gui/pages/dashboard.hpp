// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QScrollArea>
#include <QWidget>
#include <vector>

#include "gui/charts/chart_card.hpp"
#include "models/health.hpp"
#include "models/metrics/scrape_series.hpp"
#include "models/charts/what_if.hpp"

class QGridLayout;

namespace metabatch::gui {

/// What batching saves, how it is doing in words, and all charts.
class Dashboard : public QWidget {
  Q_OBJECT

 public:
  /// @owns `series` and `window` outlive the dashboard
  Dashboard(const models::LiveSeries& series, models::TimeWindow& window, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// The words come from somebody else's metrics; nullptr: from the series.
  ///
  /// @owns `status` outlives that
  void setScrape(const models::ScrapeStatus* status) { m_scrape = status; }
  /// Draws everything anew from the series; a no-op while hidden.
  void refresh(const models::Condition& condition);
  void refreshCharts();
  /// Draws the answer beside what is measured; null: no more.
  void setWhatIf(std::shared_ptr<const models::WhatIfAnswer> answer);
  [[nodiscard]] const std::vector<ChartCard*>& cards() const { return m_cards; }
  [[nodiscard]] QString headline() const { return m_saved->text(); }
  [[nodiscard]] QString words() const;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* makeHeader();
  void refreshHeader(const models::Condition& condition);
  void refreshScrapeHeader();
  void tell(const std::vector<models::HealthLine>& lines);
  [[nodiscard]] QString figure(const QString& name, const QString& value) const;
  void arrange();

  const models::LiveSeries& m_series;
  models::TimeWindow& m_window;
  const models::ScrapeStatus* m_scrape = nullptr;
  Theme m_theme;
  QLabel* m_saved;
  QLabel* m_savedText;
  QLabel* m_figures;
  QLabel* m_health;
  QGridLayout* m_headerLayout;
  QWidget* m_header;
  QScrollArea* m_scroll;
  QWidget* m_grid;
  std::vector<ChartCard*> m_cards;
  std::shared_ptr<const models::WhatIfAnswer> m_whatIf;
  int m_columns = 0;
};

}  // namespace metabatch::gui
