// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "gui/panels/selection_bar.hpp"
#include "models/charts/time_window.hpp"
#include "models/logs/flush_log.hpp"

class QCheckBox;
class QLayout;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTableView;

namespace metabatch::gui {

/// Every flush, newest first, with a filter. The selected one is shown in full, and marked by the
/// charts' crosshair.
class FlushPage : public QWidget {
  Q_OBJECT

 public:
  /// @owns `log`, `series` and `window` outlive the page
  FlushPage(models::FlushLog& log, const models::LiveSeries& series, models::TimeWindow& window,
            QWidget* parent = nullptr);

  /// Shows only the flushes whose payloads name this agent; an empty name: all.
  void showAgent(const QString& agent);

 signals:
  /// The payloads of a flush, one a line.
  void inspectWanted(const QString& payloads);

 private:
  QLayout* makeTop();
  QWidget* makeDetailSide();
  void show(const QModelIndex& chosen);
  void select();

  models::FlushLog& m_log;
  models::TimeWindow& m_window;
  models::FlushFilter* m_filter;
  QLineEdit* m_text;
  QCheckBox* m_failedOnly;
  QPushButton* m_agent;  // shows which agent's flushes are listed, and clears that filter
  QTableView* m_table;
  QPlainTextEdit* m_detail;
  QPushButton* m_inspect;
  SelectionBar* m_selection;
};

}  // namespace metabatch::gui
