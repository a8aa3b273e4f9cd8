// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "gui/charts/chart_card.hpp"
#include "gui/panels/selection_bar.hpp"
#include "models/logs/channel_log.hpp"

class QLabel;
class QLayout;
class QPlainTextEdit;
class QTableView;

namespace metabatch::gui {

/// Every notification as it arrives, decoded. Unreadable parts are highlighted with their offsets.
class ChannelPage : public QWidget {
  Q_OBJECT

 public:
  /// @owns `log`, `series` and `window` outlive the page
  ChannelPage(models::ChannelLog& log, const models::LiveSeries& series, models::TimeWindow& window,
              QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  /// Only a listener measures the latency of a NOTIFY.
  void setLatencyShown(bool shown);

  /// One sentence about the connection: listening, lost, latency.
  void setState(const QString& state);
  /// Draws the newly received notifications; does nothing while the page is hidden.
  void refresh();
  [[nodiscard]] QString summary() const;

 private:
  QLayout* makeCharts();
  QWidget* makeLog();
  void select();

  models::ChannelLog& m_log;
  models::TimeWindow& m_window;
  models::ChannelFilter* m_filter;
  SelectionBar* m_selection;
  const models::LiveSeries& m_series;
  std::vector<ChartCard*> m_cards;
  QLabel* m_summary;
  QLabel* m_state;
  QTableView* m_table;
  QPlainTextEdit* m_detail;
};

}  // namespace metabatch::gui
