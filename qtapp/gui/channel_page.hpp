// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "models/channel_log.hpp"

class QLabel;
class QPlainTextEdit;
class QTableView;

namespace metabatch::gui {

/// Every notification as it comes, decoded; what cannot be read stands out with its offset.
class ChannelPage : public QWidget {
  Q_OBJECT

 public:
  /// @owns `log` outlives the page
  explicit ChannelPage(models::ChannelLog& log, QWidget* parent = nullptr);

  /// One sentence about the connection: listening, lost, latency.
  void setState(const QString& state);
  void refresh();
  [[nodiscard]] QString summary() const;

 private:
  models::ChannelLog& m_log;
  QLabel* m_summary;
  QLabel* m_state;
  QTableView* m_table;
  QPlainTextEdit* m_detail;
};

}  // namespace metabatch::gui
