// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QMainWindow;

namespace metabatch::gui {

class DriveSource;
class ReplayBar;
struct ReplayRequest;

/// Plays recorded updates through a session of DriveSource, with a bar that shows the progress and
/// controls it.
class ReplaySource : public QObject {
  Q_OBJECT

 public:
  /// @owns `drive` and `window` outlive the source
  ReplaySource(DriveSource& drive, QMainWindow& window);

  /// Asks what to replay.
  void choose();
  /// Asks first when the database is not local.
  void offer(const ReplayRequest& request);
  /// Replays into an embedded database in a temporary folder when none is named.
  void start(const ReplayRequest& request);
  [[nodiscard]] ReplayBar& bar() const { return *m_bar; }

 private:
  DriveSource& m_drive;
  QMainWindow& m_window;
  ReplayBar* m_bar;
};

}  // namespace metabatch::gui
