// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>

#include "gui/recordings/report_writer.hpp"

class QMainWindow;

namespace metabatch::gui {

class ComparedRecording;
class DriveSource;
class PageTabs;
class RecordingSource;
struct WindowData;

/// What can be done with the updates of the open source: search settings for them, write a report
/// about them, and compare a recording with another one.
class Analysis : public QObject {
  Q_OBJECT

 public:
  /// @owns all of them outlive the object
  Analysis(WindowData& data, PageTabs& pages, DriveSource& drive, RecordingSource& recording, QMainWindow& window);

  [[nodiscard]] QList<QAction*> actions() const { return {m_tune, m_report, m_compare}; }
  /// Enables the actions that are possible now.
  void refresh();

 private:
  void openTuning();
  void chooseReport();
  void writeReport(const QString& file);
  void say(const QString& title, const QString& text);

  DriveSource& m_drive;
  RecordingSource& m_recording;
  QMainWindow& m_window;
  ReportWriter m_writer{this};
  ComparedRecording* m_compared;
  QAction* m_tune;
  QAction* m_report;
  QAction* m_compare;
};

}  // namespace metabatch::gui
