// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QTemporaryDir>
#include <QUndoStack>
#include <memory>

#include "gui/session/channel_watch.hpp"
#include "gui/session/live_session.hpp"
#include "gui/session/metrics_session.hpp"
#include "gui/window/parts.hpp"

class QComboBox;
class QStackedWidget;
class QTabWidget;

namespace metabatch::gui {

/// The window: its doors, then the pages of what was opened, with the tuning panel beside them. Nothing here waits for a
/// database: sessions live on threads of their own and send values.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  /// A simulated fleet on an embedded database in a temporary folder.
  void startDemo();
  /// Drives a fleet into a database; whoever calls has asked the operator where that needs asking.
  void startSession(SessionPlan plan);
  /// Plays recorded updates into a database; without one, into an embedded one in a temporary folder.
  void startReplay(const ReplayWish& wish);
  /// The same, but asks first where the database is not local.
  void offerReplay(const ReplayWish& wish);
  void setThemeChoice(ThemeChoice choice);
  /// Draws everything anew, as the next look would.
  void refresh();
  /// Hears a channel and reads the table; writes nothing.
  void startWatch(const sql::PgAddress& address, const QString& channel);
  /// Shows somebody else's metrics, beside a watch that has begun or alone; writes nothing.
  void startMetrics(const MetricsPlan& plan);
  void openRecording(const QString& file);  ///< shows a recorded session once it is read, or says what is wrong
  /// The inspector alone.
  void startInspector();
  /// The names are those of the pages in English: Dashboard, Flushes, Agents, Channel, Quarantine, Doctor, Inspector.
  void showPage(const QString& name);
  [[nodiscard]] QStringList pages() const;

  [[nodiscard]] LiveSession* session() const { return m_session.get(); }
  [[nodiscard]] models::TimeWindow& timeWindow() { return m_window; }
  [[nodiscard]] const models::LiveSeries& series() const { return m_series; }
  [[nodiscard]] Dashboard& dashboard() { return *m_dashboard; }
  [[nodiscard]] TunePanel& tunePanel() { return *m_tune; }
  [[nodiscard]] ReplayBar& replayBar() { return *m_replayBar; }
  [[nodiscard]] models::ChannelLog& channel() { return m_channel; }
  [[nodiscard]] AgentsPage& agents() { return *m_agentsPage; }
  /// What the page in sight shows, as CSV.
  [[nodiscard]] QString visibleCsv() const;
  [[nodiscard]] models::FlushLog& flushes() { return m_flushes; }
  [[nodiscard]] InspectorPage& inspector() { return *m_inspector; }
  [[nodiscard]] QuarantinePage& quarantine() { return *m_quarantinePage; }
  [[nodiscard]] DoctorPage& doctor() { return *m_doctorPage; }

 signals:
  void sessionStarted();
  /// All of it was written, or could not be.
  void sessionClosed(quint64 held);

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void makePages();
  void makeTune();
  void makeRecordings();
  void showRecording(const std::shared_ptr<models::OpenedSession>& session);
  void makeActions();
  void makeViewActions();
  void makeFileActions();
  void saveCsv(const QString& file);
  void savePicture(const QString& file);
  void save(const QString& title, const QString& name, void (MainWindow::*to)(const QString&));
  void makeMenus();
  void makeViewMenu();
  void addThemes(QMenu& view);
  void restore();
  void showDoors();
  void openConnection();
  void openReplay();
  void watchIsClosed();
  [[nodiscard]] bool isOpen() const { return m_session || m_watch || m_metrics; }
  void makeReplay();
  static QString whereText(const SessionPlan& plan);
  void forget();
  void take(const Look& look);
  void takeChannel(Instant at, const std::vector<models::ChannelLine>& lines, double latency);
  void takeApplied(const Config& running);
  void changeSettings(const Config& wanted);
  void changeFleet(const engine::FleetOptions& fleet);
  void registerFleet();
  void takeRegistered(const Registered& registered);
  void closeSession();
  void addPage(QWidget* page, const char* name, const QString& title);
  void offerPages(std::initializer_list<QWidget*> pages);
  void sessionIsClosed(quint64 held);
  void refreshState();
  void showRefused();
  void mark(const QString& text);
  void showShortcuts();

  models::TimeWindow m_window;
  models::LiveSeries m_series;
  models::Condition m_condition;
  models::FlushLog m_flushes;
  models::ChannelLog m_channel;
  models::Quarantine m_quarantine;
  QUndoStack m_undo;
  std::unique_ptr<QTemporaryDir> m_folder;  // of the demo's database: goes after the session, which writes there
  std::unique_ptr<LiveSession> m_session;
  std::unique_ptr<ChannelWatch> m_watch;
  std::unique_ptr<MetricsSession> m_metrics;
  Theme m_theme;
  ThemeChoice m_choice = ThemeChoice::system;
  QStackedWidget* m_stack;
  DoorsPage* m_doors;
  QTabWidget* m_pages;
  Dashboard* m_dashboard;
  FlushPage* m_flushPage;
  AgentsPage* m_agentsPage;
  ChannelPage* m_channelPage;
  QuarantinePage* m_quarantinePage;
  DoctorPage* m_doctorPage;
  InspectorPage* m_inspector;
  TunePanel* m_tune;
  ReplayBar* m_replayBar;
  QDockWidget* m_tuneDock;
  Recordings m_recordings;
  QLabel* m_where;
  QLabel* m_state;
  QComboBox* m_span;
  QAction *m_live, *m_flushNow, *m_pauseFlushing, *m_registerFleet, *m_closeSession, *m_record, *m_exportCsv,
      *m_exportPicture;
  bool m_isLeaving = false;  // the window goes when the session is closed
};

}  // namespace metabatch::gui
