// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

#include "gui/sources/drive_source.hpp"
#include "gui/watch/metrics_watch.hpp"
#include "gui/window/theme.hpp"
#include "gui/window/window_data.hpp"

class QDockWidget;
class QLabel;
class QStackedWidget;

namespace metabatch::gui {

class Announcer;
class MainMenu;
class MetricsSource;
class PageTabs;
class RecordingSource;
class RecordingStatus;
class ReplaySource;
class StartPage;
class TunePanel;
class WatchSource;
struct ReplayRequest;

/// The shell of the window: the start page, or the pages of the open source, with the panels beside
/// them. Each source has a controller of its own (gui/sources). Nothing here waits for a database.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  void startDemo();
  void startSession(SessionPlan plan);
  void startWatch(const sql::PgAddress& address, const QString& channel);
  /// Starts beside a running watch, or alone.
  void startMetrics(const MetricsPlan& plan);
  /// Asks first when the database is not local.
  void offerReplay(const ReplayRequest& request);
  void openRecording(const QString& file);
  void startInspector();
  /// Asks for an address.
  void openConnection();
  /// Closes the open source; the start page follows.
  void closeSource();
  /// Closes the window as its button does, but without questions: entries that cannot be written in
  /// time are lost.
  void closeUnattended();
  void setThemeChoice(ThemeChoice choice);

  [[nodiscard]] WindowData& data() { return m_data; }
  [[nodiscard]] const WindowData& data() const { return m_data; }
  [[nodiscard]] PageTabs& pages() { return *m_pages; }
  [[nodiscard]] DriveSource& drive() { return *m_drive; }
  [[nodiscard]] Announcer& announcer() { return *m_announcer; }

 signals:
  void sourceOpened();
  /// `lost` entries were neither written nor saved.
  void sessionClosed(quint64 lost);

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void makePages();
  void makeDocks();
  void makeSources();
  QDockWidget* makeDock(const QString& title, const char* name, QWidget* panel);
  void connectStartPage();
  void connectDrive();
  void restore();
  void showPages(const QString& title, const QString& description);
  void showStartPage();
  void onSourceClosed();
  [[nodiscard]] bool isOpen() const;
  void refresh();
  void refreshState();
  [[nodiscard]] QString stateText() const;

  WindowData m_data;
  StartPage* m_startPage;
  PageTabs* m_pages;
  QStackedWidget* m_stack;
  TunePanel* m_tune;
  DriveSource* m_drive;
  WatchSource* m_watch;
  MetricsSource* m_metrics;
  ReplaySource* m_replay;
  RecordingSource* m_recording;
  Announcer* m_announcer;
  QDockWidget* m_tuneDock;
  QDockWidget* m_whatIfDock;
  MainMenu* m_menu;
  QLabel* m_description;
  RecordingStatus* m_recordingStatus;
  QLabel* m_state;
  QString m_openNext;           // opened once the session is closed
  bool m_isLeaving = false;     // the window closes with its source
  bool m_isUnattended = false;  // nobody is there to answer a question
};

}  // namespace metabatch::gui
