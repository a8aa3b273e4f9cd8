// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>

class QMainWindow;

namespace metabatch::gui {

class DriveSource;
class RecordingSource;

/// What can be done with the updates of the open source: search settings for them.
class Analysis : public QObject {
  Q_OBJECT

 public:
  /// @owns `drive`, `recording` and `window` outlive the object
  Analysis(DriveSource& drive, RecordingSource& recording, QMainWindow& window);

  [[nodiscard]] QAction* tune() const { return m_tune; }
  /// Enables the actions that are possible now.
  void refresh();

 private:
  void openTuning();

  DriveSource& m_drive;
  RecordingSource& m_recording;
  QMainWindow& m_window;
  QAction* m_tune;
};

}  // namespace metabatch::gui
