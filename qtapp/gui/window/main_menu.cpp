// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_menu.hpp"

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>

#include "gui/files/file_dialogs.hpp"
#include "gui/files/page_export.hpp"
#include "gui/notify/announcer.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/sources/drive_source.hpp"
#include "gui/sources/recording_source.hpp"
#include "gui/sources/replay_source.hpp"
#include "gui/window/analysis.hpp"
#include "gui/window/help_menu.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/page_tabs.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

using namespace std::chrono_literals;

const struct {
  const char* name;
  Duration span;
} kSpans[] = {{"15 s", 15s}, {"1 min", 1min}, {"5 min", 5min}, {"15 min", 15min},
              {"1 h", 1h},   {"6 h", 6h},     {"24 h", 24h}};

}  // namespace

MainMenu::MainMenu(MainWindow& window, const Sources& sources, QDockWidget& tune, QDockWidget& whatIf)
    : QObject(&window), m_window(window), m_sources(sources) {
  makeSourceActions();
  makeDriveActions();
  makeRecordAction();
  makeTimeActions();
  auto* const pageExport = new PageExport(window.data(), window.pages(), window);
  m_csv = pageExport->csv();
  m_picture = pageExport->picture();
  m_analysis = new Analysis(window.data(), window.pages(), m_sources.drive, m_sources.recording, window);
  makeToolBar();
  makeSessionMenu();
  makeEditMenu();
  makeViewMenu(tune, whatIf);
  addHelpMenu(window);
}

void MainMenu::makeSourceActions() {
  const auto action = [this](const QString& text, const QKeySequence& key, const QString& tip) {
    auto* const made = new QAction(text, this);
    made->setShortcut(key);
    made->setToolTip(tip);
    return made;
  };
  m_new = action(tr("&New demo"), QKeySequence::New, tr("Start a simulated fleet on an embedded database (Ctrl+N)"));
  connect(m_new, &QAction::triggered, &m_window, &MainWindow::startDemo);
  m_connect = action(tr("&Connect …"), Qt::CTRL | Qt::Key_K, tr("Watch or drive a PostgreSQL database (Ctrl+K)"));
  connect(m_connect, &QAction::triggered, &m_window, &MainWindow::openConnection);
  m_replay = action(tr("&Replay …"), Qt::CTRL | Qt::Key_R, tr("Play recorded updates into a database (Ctrl+R)"));
  connect(m_replay, &QAction::triggered, &m_sources.replay, &ReplaySource::choose);
  m_inspect = action(tr("&Inspect"), Qt::CTRL | Qt::Key_I, tr("Decode a notification or a log line (Ctrl+I)"));
  connect(m_inspect, &QAction::triggered, &m_window, &MainWindow::startInspector);
  m_open = action(tr("&Open recording …"), QKeySequence::Open,
                  tr("Show a recording (Ctrl+O); a file dropped on the window does the same"));
  connect(m_open, &QAction::triggered, &m_sources.recording, &RecordingSource::choose);
  connect(&m_sources.recording, &RecordingSource::shown, this,
          [this](const QString& file) { m_recordings.add(QFileInfo(file).absoluteFilePath()); });
  m_close = action(tr("C&lose"), Qt::CTRL | Qt::Key_W,
                   tr("Write the buffered entries, close the source and show the start page (Ctrl+W)"));
  m_close->setObjectName("close-source");
  connect(m_close, &QAction::triggered, &m_window, &MainWindow::closeSource);
}

void MainMenu::makeDriveActions() {
  DriveSource& drive = m_sources.drive;
  m_flushNow = new QAction(tr("&Flush now"), this);
  m_flushNow->setShortcut(Qt::CTRL | Qt::Key_F5);
  m_flushNow->setToolTip(tr("Write all buffered entries (Ctrl+F5)"));
  connect(m_flushNow, &QAction::triggered, &drive, &DriveSource::flushNow);
  m_pauseFlushing = new QAction(tr("&Pause flushes"), this);
  m_pauseFlushing->setCheckable(true);
  m_pauseFlushing->setShortcut(Qt::CTRL | Qt::Key_H);
  m_pauseFlushing->setToolTip(tr("Write nothing until this is switched off; updates still arrive (Ctrl+H)"));
  connect(m_pauseFlushing, &QAction::triggered, &drive, &DriveSource::setFlushingPaused);
  connect(&drive, &DriveSource::flushingPaused, m_pauseFlushing, &QAction::setChecked);
  m_registerFleet = new QAction(tr("R&egister the fleet again"), this);
  m_registerFleet->setObjectName("register");
  m_registerFleet->setToolTip(tr("Create again the rows of the simulated agents that the database lost"));
  connect(m_registerFleet, &QAction::triggered, &drive, &DriveSource::registerFleet);
}

void MainMenu::makeRecordAction() {
  m_record = new QAction(tr("Recor&d …"), this);
  m_record->setObjectName("record");
  m_record->setCheckable(true);
  m_record->setToolTip(
      tr("Record the session to a file, for this window, `metabatch ingest` and `metabatch simulate`"));
  connect(m_record, &QAction::triggered, this, [this](bool on) {
    m_record->setChecked(!on);  // until a file is chosen, or the recording has ended
    if (!on) return m_sources.drive.record({});
    auto* const dialog =
        askWhereToSave(&m_window, tr("Record"), "recording.ndjson", tr("Recordings (*.ndjson);;All files (*)"));
    connect(dialog, &QFileDialog::fileSelected, &m_sources.drive, &DriveSource::record);
  });
  connect(&m_sources.drive, &DriveSource::sampled, this,
          [this](const SessionSnapshot& snapshot) { m_record->setChecked(snapshot.recordedBytes.has_value()); });
  connect(&m_sources.drive, &DriveSource::recorded, this, &MainMenu::onRecorded);
}

void MainMenu::onRecorded(const Recorded& recorded) {
  m_record->setChecked(false);
  m_recordings.add(QFileInfo(recorded.file).absoluteFilePath());
}

void MainMenu::makeTimeActions() {
  models::TimeWindow& time = m_window.data().time;
  m_live = new QAction(tr("Live"), this);
  m_live->setCheckable(true);
  m_live->setShortcut(Qt::CTRL | Qt::Key_L);
  m_live->setToolTip(tr("Stop the charts, or let them follow (Ctrl+L); the session continues"));
  connect(m_live, &QAction::triggered, this, [&time] { time.isLive() ? time.pause() : time.goLive(); });
  m_span = new QComboBox;
  m_span->setAccessibleName(tr("Shown time"));
  m_span->setPlaceholderText(tr("zoomed"));
  m_span->setMinimumContentsLength(7);
  for (const auto& one : kSpans)
    m_span->addItem(QLatin1String(one.name), QVariant::fromValue<qlonglong>(one.span.count()));
  connect(m_span, &QComboBox::activated, this,
          [this, &time](int index) { time.setSpan(Duration(m_span->itemData(index).toLongLong())); });
}

void MainMenu::makeToolBar() {
  QToolBar* const bar = m_window.addToolBar(tr("Tools"));
  bar->setObjectName("tools");
  bar->setMovable(false);
  bar->addAction(m_close);
  bar->addSeparator();
  bar->addAction(m_live);
  bar->addWidget(m_span);
  bar->addSeparator();
  bar->addAction(m_flushNow);
  bar->addAction(m_pauseFlushing);
  for (QAction* const action : {m_close, m_live, m_flushNow, m_pauseFlushing})
    bar->widgetForAction(action)->setFocusPolicy(Qt::TabFocus);  // reached by keys; the mouse does not move the focus
}

void MainMenu::makeSessionMenu() {
  QMenu* const menu = m_window.menuBar()->addMenu(tr("&Session"));
  menu->addActions({m_new, m_connect, m_replay, m_inspect, m_open});
  QMenu* const recent = menu->addMenu(tr("Recent recordin&gs"));
  recent->setObjectName("recent-recordings");
  connect(recent, &QMenu::aboutToShow, this, [this, recent] {
    recent->clear();
    for (const QString& file : m_recordings.names())
      recent->addAction(QString(file).replace('&', "&&"), this, [this, file] { m_window.openRecording(file); });
    if (recent->isEmpty()) recent->addAction(tr("None"))->setEnabled(false);
  });
  menu->addSeparator();
  menu->addActions({m_flushNow, m_pauseFlushing, m_registerFleet, m_record});
  menu->addSeparator();
  menu->addActions(m_analysis->actions());
  menu->addActions({m_csv, m_picture});
  menu->addSeparator();
  menu->addAction(m_close);
  menu->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), &m_window, &QWidget::close);
}

/// A field that has text to undo uses Ctrl+Z itself. Elsewhere it undoes the last change of a
/// setting.
void MainMenu::makeEditMenu() {
  QMenu* const menu = m_window.menuBar()->addMenu(tr("&Edit"));
  QAction* const undo = m_sources.drive.undo().createUndoAction(this, tr("&Undo"));
  undo->setShortcut(QKeySequence::Undo);
  QAction* const redo = m_sources.drive.undo().createRedoAction(this, tr("&Redo"));
  redo->setShortcut(QKeySequence::Redo);
  menu->addActions({undo, redo});
}

void MainMenu::makeViewMenu(QDockWidget& tune, QDockWidget& whatIf) {
  QMenu* const menu = m_window.menuBar()->addMenu(tr("&View"));
  models::TimeWindow& time = m_window.data().time;
  menu->addAction(m_live);
  QAction* const wall = menu->addAction(tr("Time of da&y on the axes"));
  wall->setObjectName("wall-clock");
  wall->setCheckable(true);
  wall->setShortcut(Qt::CTRL | Qt::Key_T);
  time.setShowsWallClock(QSettings().value("wall-clock", false).toBool());
  wall->setChecked(time.showsWallClock());
  connect(wall, &QAction::triggered, this, [&time](bool on) {
    QSettings().setValue("wall-clock", on);
    time.setShowsWallClock(on);
  });
  menu->addAction(m_window.announcer().action());
  const auto zoom = [&](const QString& text, const QKeySequence& key, double factor) {
    menu->addAction(text, key, this, [&time, factor] { time.zoom(factor, 1); });
  };
  zoom(tr("Zoom &in"), QKeySequence(Qt::CTRL | Qt::Key_Plus), 0.5);
  zoom(tr("Zoom &out"), QKeySequence(Qt::CTRL | Qt::Key_Minus), 2);
  menu->addSeparator();
  addPages(*menu);
  menu->addSeparator();
  QAction* const tuneAction = tune.toggleViewAction();
  tuneAction->setText(tr("&Settings panel"));
  tuneAction->setShortcut(Qt::Key_F9);
  menu->addAction(tuneAction);
  QAction* const whatIfAction = whatIf.toggleViewAction();
  whatIfAction->setText(tr("&What if"));
  whatIfAction->setShortcut(Qt::Key_F10);
  menu->addAction(whatIfAction);
  menu->addSeparator();
  addThemes(*menu);
}

void MainMenu::addPages(QMenu& view) {
  PageTabs& pages = m_window.pages();
  for (int i = 0; i < pages.count(); ++i)
    view.addAction(pages.tabText(i), QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i)), this, [&pages, i] {
      if (pages.isTabVisible(i)) pages.setCurrentIndex(i);
    });
}

void MainMenu::addThemes(QMenu& view) {
  auto* const themes = new QActionGroup(this);
  const std::pair<QString, ThemeChoice> choices[] = {{tr("System &colours"), ThemeChoice::system},
                                                     {tr("&Light"), ThemeChoice::light},
                                                     {tr("&Dark"), ThemeChoice::dark}};
  for (const auto& [name, choice] : choices) {
    QAction* const action = view.addAction(name);
    action->setCheckable(true);
    action->setData(static_cast<int>(choice));
    themes->addAction(action);
    connect(action, &QAction::triggered, this, [this, chosen = choice] {
      QSettings().setValue("theme", static_cast<int>(chosen));
      m_window.setThemeChoice(chosen);
    });
  }
  const int kept = QSettings().value("theme", 0).toInt();
  for (QAction* const action : themes->actions()) action->setChecked(action->data().toInt() == kept);
}

void MainMenu::refresh(bool hasPages, bool isRecordingShown) {
  const bool isDriving = m_sources.drive.isRunning();
  for (QAction* const action : {m_new, m_connect, m_replay, m_inspect}) action->setEnabled(!hasPages);
  for (QAction* const action : {m_flushNow, m_pauseFlushing, m_record}) action->setEnabled(isDriving);
  m_registerFleet->setEnabled(isDriving && !m_sources.drive.session()->plan().replay);
  for (QAction* const action : {m_csv, m_picture, m_close}) action->setEnabled(hasPages);
  m_analysis->refresh();
  const models::TimeWindow& time = m_window.data().time;
  m_live->setChecked(time.isLive());
  m_live->setText(isRecordingShown ? (time.isLive() ? tr("At its end") : tr("To its end"))
                  : time.isLive()  ? tr("Live")
                                   : tr("Paused: back to live"));
  m_span->setCurrentIndex(m_span->findData(QVariant::fromValue<qlonglong>(time.span().count())));
}

}  // namespace metabatch::gui
