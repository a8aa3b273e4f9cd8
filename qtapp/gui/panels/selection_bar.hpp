// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "models/charts/time_window.hpp"

class QLabel;

namespace metabatch::gui {

/// Says which stretch of time is picked on the charts, and clears it (Esc) or shows it alone (Enter); hidden while there is none.
class SelectionBar : public QFrame {
  Q_OBJECT

 public:
  /// @owns `window` outlives the bar
  explicit SelectionBar(models::TimeWindow& window, QWidget* parent = nullptr);
  /// What the page shows of that stretch: `12 of 80 flushes`.
  void setShown(const QString& shown);
  [[nodiscard]] QString text() const;

 private:
  void refresh();

  models::TimeWindow& m_window;
  QLabel* m_text;
  QString m_shown;
};

}  // namespace metabatch::gui
