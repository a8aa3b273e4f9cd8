// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <functional>

#include "gui/session/recording_opener.hpp"

class QMainWindow;

namespace metabatch::gui {

/// The ways in which a recorded session comes to a window: its action, a file dropped on it, open(). Shows progress where it
/// takes a while, and says what is wrong.
class RecordingDoor : public QObject {
  Q_OBJECT

 public:
  /// @shape whyNot: why nothing can be opened at the moment; empty: it can
  /// @owns  `window` outlives the door
  RecordingDoor(QMainWindow& window, std::function<QString()> whyNot);

  void open(const QString& file);
  [[nodiscard]] QAction* action() const { return m_action; }
  [[nodiscard]] RecordingOpener& opener() { return m_opener; }

 signals:
  void opened(std::shared_ptr<metabatch::models::OpenedSession> session);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void choose();
  void showProgress();
  void tell(const QString& text);
  void welcome(const std::shared_ptr<models::OpenedSession>& session);

  QMainWindow& m_window;
  const std::function<QString()> m_whyNot;
  QAction* m_action;
  RecordingOpener m_opener{this};
};

/// `session.ndjson, 14:02:11 to 14:07:02, 120,000 updates in 8,000 reports; 1 bad line`
QString contentText(const QString& file, const models::OpenedSession& session);

}  // namespace metabatch::gui
