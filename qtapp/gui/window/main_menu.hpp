// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QComboBox>
#include <QMenu>

#include "gui/recordings/recent_list.hpp"
#include "gui/window/theme.hpp"

class QDockWidget;
class QToolBar;

namespace metabatch::gui {

class Analysis;
class DriveSource;
class MainWindow;
class RecordingSource;
class ReplaySource;
struct Recorded;

/// The menus and the tool bar of the window, with the shortcuts of all actions.
class MainMenu : public QObject {
  Q_OBJECT

 public:
  struct Sources {
    DriveSource& drive;
    ReplaySource& replay;
    RecordingSource& recording;
  };

  /// @owns all of them outlive the menu
  MainMenu(MainWindow& window, const Sources& sources, QDockWidget& tune, QDockWidget& whatIf);

  /// Enables the actions that are possible now.
  void refresh(bool hasPages, bool isRecordingShown);

 private:
  void makeSourceActions();
  void makeDriveActions();
  void makeRecordAction();
  void makeTimeActions();
  void makeSessionMenu();
  void makeEditMenu();
  void makeViewMenu(QDockWidget& tune, QDockWidget& whatIf);
  void addPages(QMenu& view);
  void addThemes(QMenu& view);
  void makeToolBar();
  void onRecorded(const Recorded& recorded);

  MainWindow& m_window;
  Sources m_sources;
  RecentList m_recordings{"recordings"};
  Analysis* m_analysis;
  QComboBox* m_span;
  QAction *m_new, *m_connect, *m_replay, *m_inspect, *m_open, *m_close, *m_record;
  QAction *m_live, *m_flushNow, *m_pauseFlushing, *m_registerFleet;
  QAction *m_csv, *m_picture;
};

}  // namespace metabatch::gui
