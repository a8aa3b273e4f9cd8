// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QPlainTextEdit>
#include <QScreen>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <cmath>
#include <utility>

#include "gui/dialogs/closing_dialog.hpp"
#include "gui/dialogs/connect_dialog.hpp"
#include "gui/dialogs/replay_dialog.hpp"
#include "gui/notify/announcer.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/pages/start_page.hpp"
#include "gui/panels/elided_label.hpp"
#include "gui/panels/recording_status.hpp"
#include "gui/panels/replay_bar.hpp"
#include "gui/panels/tune_panel.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/sources/metrics_source.hpp"
#include "gui/sources/recording_source.hpp"
#include "gui/sources/replay_source.hpp"
#include "gui/sources/watch_source.hpp"
#include "gui/window/main_menu.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kDefaultSize(1240, 680);  // fits on 1280 x 720 with a title bar and a panel of the desktop
constexpr int kMessageMs = 30'000;

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
  setWindowIcon(QIcon::fromTheme("metabatch-desktop"));
  setDockOptions(AnimatedDocks | AllowTabbedDocks);
  m_description = new ElidedLabel;
  m_recordingStatus = new RecordingStatus;
  m_state = new QLabel;
  statusBar()->addWidget(m_description, 1);
  statusBar()->addPermanentWidget(m_recordingStatus);
  statusBar()->addPermanentWidget(m_state);
  makePages();
  makeSources();
  makeDocks();
  m_menu = new MainMenu(*this, {*m_drive, *m_replay, *m_recording}, *m_tuneDock, *m_whatIfDock);
  connectStartPage();
  connectDrive();
  restore();
  showStartPage();
  connect(&m_data.time, &models::TimeWindow::changed, this, &MainWindow::refreshState);
}

/// Children are destroyed after this object. Their late signals (of a panel that hides, for
/// example) must reach nobody.
MainWindow::~MainWindow() {
  for (QObject* const part : findChildren<QObject*>()) part->disconnect(this);
}

void MainWindow::makePages() {
  m_startPage = new StartPage;
  m_pages = new PageTabs(m_data);
  m_stack = new QStackedWidget;
  m_stack->addWidget(m_startPage);
  m_stack->addWidget(m_pages);
  setCentralWidget(m_stack);
}

void MainWindow::makeSources() {
  m_tune = new TunePanel;
  m_drive = new DriveSource(m_data, *m_pages, *m_tune, *this);
  m_replay = new ReplaySource(*m_drive, *this);
  m_watch = new WatchSource(m_data, *m_pages, this);
  m_metrics = new MetricsSource(m_data, *m_pages, *m_watch, this);
  const auto whyNot = [this] {
    const bool isRunning = m_drive->isOpen() || m_watch->isOpen() || m_metrics->isOpen();
    return isRunning ? tr("Close the open source first (Ctrl+W), then open the recording.") : QString();
  };
  m_recording = new RecordingSource(m_data, *m_pages, *m_drive, *this, whyNot);
  for (Source* const source : std::initializer_list<Source*>{m_drive, m_watch, m_metrics, m_recording}) {
    connect(source, &Source::opened, this, &MainWindow::showPages);
    connect(source, &Source::changed, this, &MainWindow::refresh);
    connect(source, &Source::messaged, this,
            [this](const QString& text) { statusBar()->showMessage(text, kMessageMs); });
    connect(source, &Source::closed, this, &MainWindow::onSourceClosed);
  }
  connect(m_drive, &DriveSource::started, this, &MainWindow::refreshState);
  connect(m_drive, &DriveSource::drained, this, &MainWindow::sessionClosed);
  m_announcer = new Announcer(m_data, this);
  for (Source* const live : std::initializer_list<Source*>{m_drive, m_metrics}) m_announcer->watch(*live);
  m_recording->whatIf().setSeen([this] {
    return m_data.time.isLive() && !isMinimized() &&
           (m_pages->dashboard().isVisible() || m_recording->whatIf().isVisible());
  });
}

QDockWidget* MainWindow::makeDock(const QString& title, const char* name, QWidget* panel) {
  auto* const scroll = new QScrollArea;
  scroll->setWidget(panel);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(panel->minimumSizeHint().width() + 24);  // and a scroll bar
  auto* const dock = new QDockWidget(title);
  dock->setObjectName(name);
  dock->setWidget(scroll);
  addDockWidget(Qt::RightDockWidgetArea, dock);
  return dock;
}

void MainWindow::makeDocks() {
  m_tuneDock = makeDock(tr("Settings"), "tune", m_tune);
  m_whatIfDock = makeDock(tr("What if"), "what-if", &m_recording->whatIf());
  tabifyDockWidget(m_tuneDock, m_whatIfDock);
  // The operator used a key, the menu or the dock's own button. Opening or closing a source does
  // not count.
  connect(m_tuneDock->toggleViewAction(), &QAction::toggled, this, [this](bool on) {
    if (m_drive->isOpen() && m_stack->currentWidget() == m_pages && !m_isLeaving) QSettings().setValue("tune", on);
  });
}

void MainWindow::connectStartPage() {
  connect(m_startPage, &StartPage::demoChosen, this, &MainWindow::startDemo);
  connect(m_startPage, &StartPage::connectChosen, this, &MainWindow::openConnection);
  connect(m_startPage, &StartPage::replayChosen, m_replay, &ReplaySource::choose);
  connect(m_startPage, &StartPage::inspectChosen, this, &MainWindow::startInspector);
}

void MainWindow::restore() {
  QSettings settings;
  if (!restoreGeometry(settings.value("geometry").toByteArray())) resize(kDefaultSize);
  restoreState(settings.value("state").toByteArray());
  setThemeChoice(static_cast<ThemeChoice>(std::clamp(settings.value("theme", 0).toInt(), 0, 2)));
}

void MainWindow::startDemo() {
  if (!isOpen()) m_drive->startDemo();
}
void MainWindow::startSession(SessionPlan plan) {
  if (!isOpen()) m_drive->start(std::move(plan));
}
void MainWindow::startWatch(const sql::PgAddress& address, const QString& channel) {
  if (!isOpen()) m_watch->open(address, channel);
}
void MainWindow::startMetrics(const MetricsPlan& plan) {
  if (!m_drive->isOpen() && !m_metrics->isOpen()) m_metrics->open(plan);
}
void MainWindow::offerReplay(const ReplayRequest& request) { m_replay->offer(request); }
void MainWindow::openRecording(const QString& file) { m_recording->open(file); }

void MainWindow::openConnection() {
  if (auto* const open = findChild<ConnectDialog*>(); open != nullptr && open->isVisible()) return;
  auto* const dialog = new ConnectDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ConnectDialog::wanted, this, [this](const ConnectionRequest& request) {
    if (isOpen()) return;
    if (request.isListening) startWatch(request.address, QString::fromStdString(request.config->channel));
    if (request.metrics) startMetrics(*request.metrics);
    if (!request.isDriving) return;
    startSession({.database = sql::Database(request.address),
                  .fleet = request.fleet,
                  .config = request.config,
                  .isDemo = false});
  });
  dialog->open();
}

void MainWindow::startInspector() {
  m_pages->offer({&m_pages->inspector()});
  showPages(tr("Inspector"), tr("Not connected"));
  m_pages->inspector().input().setFocus();
}

void MainWindow::showPages(const QString& title, const QString& description) {
  const bool isBeside = m_metrics->isOpen() && m_watch->isOpen();
  if (!isBeside) setWindowTitle(QStringLiteral("%1 – metabatch").arg(title));
  m_description->setText(isBeside ? m_description->text() + "; " + description : description);
  m_description->setToolTip(m_description->text().toHtmlEscaped());
  m_stack->setCurrentWidget(m_pages);
  const bool isWanted = QSettings().value("tune", true).toBool();
  m_tuneDock->setVisible(m_drive->isOpen() && isWanted);
  m_whatIfDock->setVisible(m_recording->isOpen() || (m_drive->isOpen() && isWanted));
  if (m_drive->isOpen()) m_tuneDock->raise();
  refresh();
  emit sourceOpened();
}

void MainWindow::showStartPage() {
  setWindowTitle(QStringLiteral("metabatch"));
  m_stack->setCurrentWidget(m_startPage);
  m_startPage->demo()->setFocus();
  m_tuneDock->hide();
  m_whatIfDock->hide();
  m_replay->bar().hide();
  m_description->setText(tr("Not connected"));
  m_description->setToolTip({});
  refreshState();
}

void MainWindow::closeSource() {
  for (Source* const source : std::initializer_list<Source*>{m_watch, m_metrics, m_drive, m_recording}) source->close();
  if (!isOpen() && !m_recording->isOpen()) return onSourceClosed();  // the inspector, or nothing
  if (m_drive->isOpen() && !m_isUnattended) ClosingDialog::watch(*m_drive->session(), m_data.condition, *this);
  refreshState();
}

/// A channel and metrics that are watched together also end together.
void MainWindow::onSourceClosed() {
  if (isOpen() || m_recording->isOpen()) return;
  const QString next = std::exchange(m_openNext, {});
  if (!next.isEmpty() && !m_isLeaving) openRecording(next);
  if (m_isLeaving)
    QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
  else
    showStartPage();
}

void MainWindow::connectDrive() {
  connect(m_drive, &DriveSource::starting, this, [this] {
    LiveSession* const session = m_drive->session();
    connect(session, &LiveSession::overdue, this, [this, session] {
      if (m_isUnattended) session->leave({});
    });
    m_recordingStatus->forget();
  });
  connect(m_drive, &DriveSource::recordingTo, m_recordingStatus, &RecordingStatus::begin);
  connect(m_drive, &DriveSource::sampled, m_recordingStatus,
          [this](const SessionSnapshot& snapshot) { m_recordingStatus->setBytes(snapshot.recordedBytes); });
  connect(m_drive, &DriveSource::recorded, m_recordingStatus,
          [this](const Recorded& recorded) { m_recordingStatus->end(recorded.file, recorded.bytes); });
  connect(m_recordingStatus, &RecordingStatus::openWanted, this, [this](const QString& file) {
    if (!isOpen()) return openRecording(file);
    m_openNext = file;
    closeSource();
  });
}

void MainWindow::closeUnattended() {
  m_isUnattended = true;
  close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue("geometry", saveGeometry());
  settings.setValue("state", saveState());
  if (!isOpen()) return event->accept();
  m_isLeaving = true;
  closeSource();
  event->ignore();  // the window closes when the source has ended
}

bool MainWindow::isOpen() const { return m_drive->isOpen() || m_watch->isOpen() || m_metrics->isOpen(); }

void MainWindow::refresh() {
  m_pages->refresh();
  refreshState();
}

void MainWindow::refreshState() {
  m_menu->refresh(m_stack->currentWidget() == m_pages, m_recording->isOpen());
  m_tune->setEnabled(m_drive->isRunning());
  m_state->setText(stateText());
}

QString MainWindow::stateText() const {
  if (m_drive->isOpen() && !m_drive->isRunning()) return tr("Closing: writing the buffered entries");
  if (m_drive->isOpen() && !m_drive->session()->isRunning()) return tr("Starting");
  if (m_drive->isOpen() && !m_data.series.isEmpty())
    return tr("Running for %1").arg(models::secondsText(std::floor(m_data.series.total().seconds)));
  return m_recording->isOpen() ? tr("Recording") : QString();
}

void MainWindow::setThemeChoice(ThemeChoice choice) {
  const Theme theme = themeOf(choice);
  QApplication::setPalette(theme.palette);
  m_pages->setTheme(theme);
  ProblemDelegate::setColour(theme.severity(models::Severity::alarm));
  m_recording->whatIf().setProblemColour(theme.severity(models::Severity::alarm));
  m_tune->setProblemColour(theme.severity(models::Severity::alarm));
  refresh();
}

}  // namespace metabatch::gui
