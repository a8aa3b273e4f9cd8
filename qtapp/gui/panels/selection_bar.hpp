// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "models/charts/live_series.hpp"
#include "models/charts/time_window.hpp"

class QLabel;

namespace metabatch::gui {

/// Shows which span of time is selected on the charts, with its figures. It clears the span (Esc)
/// or shows it alone (Enter). It floats at the lower edge of its page, so that the charts do not
/// move; hidden while nothing is selected.
class SelectionBar : public QFrame {
  Q_OBJECT

 public:
  /// @owns `series`, `window` and `page` outlive the bar
  SelectionBar(const models::LiveSeries& series, models::TimeWindow& window, QWidget* page);
  /// Sets what the page shows of that span: `12 of 80 flushes`.
  void setShown(const QString& shown);
  [[nodiscard]] QString text() const;
  /// Mean, median, minimum, maximum and total of every line of the dashboard's charts.
  [[nodiscard]] QString figures() const;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void refresh();
  void settle();
  void showFigures();

  const models::LiveSeries& m_series;
  models::TimeWindow& m_window;
  QLabel* m_text;
  QString m_shown;
};

}  // namespace metabatch::gui
