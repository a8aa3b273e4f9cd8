// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QElapsedTimer>
#include <QTimer>

#include "models/charts/sample.hpp"
#include "models/health_view.hpp"

class QLabel;
class QProgressBar;
class QPushButton;

namespace metabatch::gui {

class LiveSession;

/// Shows the progress of writing the buffered entries while a session closes. The operator decides:
/// wait, save the entries as NDJSON, or leave without them. The dialog appears only when closing
/// takes longer than a moment, and disappears with the session.
class ClosingDialog : public QDialog {
  Q_OBJECT

 public:
  /// @owns `session` and `condition` outlive the dialog
  static void watch(LiveSession& session, const models::Condition& condition, QWidget& window);

 private:
  ClosingDialog(LiveSession& session, const models::Condition& condition, QWidget& window);
  void makeLayout();
  void refresh(const models::Sample& sample);
  void keepWaiting();
  void chooseFile();
  void leave(const QString& file);

  LiveSession& m_session;
  const models::Condition& m_condition;
  QTimer m_soon;
  QElapsedTimer m_since;
  quint64 m_most = 0;
  bool m_isOverdue = false;
  QLabel* m_text;
  QLabel* m_why;
  QProgressBar* m_progress;
  QPushButton* m_wait;
  QPushButton* m_save;
  QPushButton* m_leave;
};

}  // namespace metabatch::gui
