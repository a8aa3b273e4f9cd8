// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QTemporaryDir>
#include <QUndoStack>
#include <memory>

#include "gui/channel_page.hpp"
#include "gui/dashboard.hpp"
#include "gui/doors_page.hpp"
#include "gui/flush_page.hpp"
#include "gui/inspector_page.hpp"
#include "gui/live_session.hpp"
#include "gui/tune_panel.hpp"

class QComboBox;
class QStackedWidget;
class QTabWidget;

namespace metabatch::gui {

/// The window: three doors, then the pages of what was opened, with the tuning panel beside them. Nothing here waits for a
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
  void setThemeChoice(ThemeChoice choice);
  /// Draws everything anew, as the next look would.
  void refresh() { m_dashboard->refresh(m_condition); }
  /// The inspector alone.
  void startInspector();
  void showPage(const QString& name);
  [[nodiscard]] QStringList pages() const;

  [[nodiscard]] LiveSession* session() const { return m_session.get(); }
  [[nodiscard]] models::TimeWindow& timeWindow() { return m_window; }
  [[nodiscard]] const models::LiveSeries& series() const { return m_series; }
  [[nodiscard]] Dashboard& dashboard() { return *m_dashboard; }
  [[nodiscard]] TunePanel& tunePanel() { return *m_tune; }
  [[nodiscard]] models::FlushLog& flushes() { return m_flushes; }
  [[nodiscard]] InspectorPage& inspector() { return *m_inspector; }

 signals:
  void sessionStarted();
  /// All of it was written, or could not be.
  void sessionClosed(quint64 held);

 protected:
  void closeEvent(QCloseEvent* event) override;

 private:
  void makePages();
  void makeActions();
  void makeViewActions();
  void makeMenus();
  void makeViewMenu();
  void addThemes(QMenu& view);
  void restore();
  void showDoors();
  void take(const Look& look);
  void takeApplied(const Config& running);
  void changeSettings(const Config& wanted);
  void changeFleet(const engine::FleetOptions& fleet);
  void closeSession();
  void offerPages(std::initializer_list<QWidget*> pages);
  void sessionIsClosed(quint64 held);
  void refreshState();
  void mark(const QString& text);
  void showShortcuts();

  models::TimeWindow m_window;
  models::LiveSeries m_series;
  models::Condition m_condition;
  models::FlushLog m_flushes;
  models::ChannelLog m_channel;
  QUndoStack m_undo;
  std::unique_ptr<LiveSession> m_session;
  std::unique_ptr<QTemporaryDir> m_folder;  // of the demo's database
  Theme m_theme;
  ThemeChoice m_choice = ThemeChoice::system;
  QStackedWidget* m_stack;
  DoorsPage* m_doors;
  QTabWidget* m_pages;
  Dashboard* m_dashboard;
  FlushPage* m_flushPage;
  ChannelPage* m_channelPage;
  InspectorPage* m_inspector;
  TunePanel* m_tune;
  QDockWidget* m_tuneDock;
  QLabel* m_where;
  QLabel* m_state;
  QComboBox* m_span;
  QAction* m_live;
  QAction* m_flushNow;
  QAction* m_pauseFlushing;
  QAction* m_closeSession;
  QString m_applying;        // what the last asked change said, for its mark
  bool m_isLeaving = false;  // the window goes when the session is closed
};

}  // namespace metabatch::gui
