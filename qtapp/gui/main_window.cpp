// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <algorithm>
#include <functional>

#include "engine/clock.hpp"
#include "gui/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

/// A change that can be taken back.
class Change : public QUndoCommand {
 public:
  Change(const QString& text, std::function<void()> forth, std::function<void()> back)
      : QUndoCommand(text), m_forth(std::move(forth)), m_back(std::move(back)) {}
  void redo() override { m_forth(); }
  void undo() override { m_back(); }

 private:
  const std::function<void()> m_forth;
  const std::function<void()> m_back;
};

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent) {
  setWindowTitle(QStringLiteral("metabatch"));
  setWindowIcon(QIcon::fromTheme("metabatch-desktop"));
  setDockOptions(AnimatedDocks | AllowTabbedDocks);
  m_where = new QLabel;
  m_state = new QLabel;
  statusBar()->addWidget(m_where, 1);
  statusBar()->addPermanentWidget(m_state);
  makePages();
  makeActions();
  makeViewActions();
  makeMenus();
  restore();
  showDoors();
  connect(&m_window, &models::TimeWindow::changed, this, &MainWindow::refreshState);
}

MainWindow::~MainWindow() = default;

void MainWindow::makePages() {
  m_doors = new DoorsPage;
  m_dashboard = new Dashboard(m_series, m_window);
  m_pages = new QTabWidget;
  m_pages->setDocumentMode(true);
  m_flushPage = new FlushPage(m_flushes, m_window);
  m_channelPage = new ChannelPage(m_channel);
  m_inspector = new InspectorPage;
  m_pages->addTab(m_dashboard, tr("Dashboard"));
  m_pages->addTab(m_flushPage, tr("Flushes"));
  m_pages->addTab(m_channelPage, tr("Channel"));
  m_pages->addTab(m_inspector, tr("Inspector"));
  m_stack = new QStackedWidget;
  m_stack->addWidget(m_doors);
  m_stack->addWidget(m_pages);
  setCentralWidget(m_stack);
  m_tune = new TunePanel;
  auto* const scroll = new QScrollArea;
  scroll->setWidget(m_tune);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(290);
  m_tuneDock = new QDockWidget(tr("Tune"));
  m_tuneDock->setObjectName("tune");
  m_tuneDock->setWidget(scroll);
  addDockWidget(Qt::RightDockWidgetArea, m_tuneDock);
  connect(m_doors, &DoorsPage::demoChosen, this, &MainWindow::startDemo);
  connect(m_doors, &DoorsPage::inspectChosen, this, &MainWindow::startInspector);
  connect(m_tune, &TunePanel::changeWanted, this, &MainWindow::changeSettings);
  connect(m_tune, &TunePanel::fleetWanted, this, &MainWindow::changeFleet);
  connect(m_tune, &TunePanel::faultWanted, this, [this](Fault fault) {
    if (!m_session) return;
    m_session->setFault(fault);
    static const char* const kWords[] = {"fault ended", "slow database", "database refuses", "connection lost"};
    mark(tr(kWords[static_cast<std::size_t>(fault)]));
  });
  connect(m_pages, &QTabWidget::currentChanged, this, [this] { m_dashboard->refresh(m_condition); });
}

void MainWindow::startDemo() {
  if (m_session) return;
  m_folder = std::make_unique<QTemporaryDir>();
  if (!m_folder->isValid()) {
    QMessageBox::warning(this, tr("Demo"), m_folder->errorString());
    return;
  }
  startSession({.database = sql::Database(m_folder->filePath("demo.db").toStdString()),
                .fleet = {},
                .config = {},
                .isDemo = true});
}

void MainWindow::startSession(SessionPlan plan) {
  m_series = models::LiveSeries();
  m_condition = {};
  m_flushes.clear();
  m_channel.clear();
  m_channelPage->refresh();
  m_undo.clear();
  m_session = std::make_unique<LiveSession>(std::move(plan));
  LiveSession* const session = m_session.get();
  connect(session, &LiveSession::looked, this, [this](const std::shared_ptr<const Look>& look) { take(*look); });
  connect(session, &LiveSession::applied, this, &MainWindow::takeApplied);
  connect(session, &LiveSession::fleetChanged, this,
          [this](const engine::FleetOptions& fleet) { m_tune->setFleet(fleet); });
  connect(session, &LiveSession::refused, this, [this](const QString& why) {
    auto* const box = new QMessageBox(QMessageBox::Warning, windowTitle(), why, QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
  });
  connect(session, &LiveSession::closed, this, &MainWindow::sessionIsClosed);
  connect(session, &LiveSession::started, this, &MainWindow::sessionStarted);
  connect(session, &LiveSession::started, this, &MainWindow::refreshState);
  if (const Result<Config> config = validated(session->plan().config)) m_tune->setConfig(*config);
  m_tune->setFleet(session->plan().fleet);
  m_tune->setFault(Fault::none);
  m_tune->setFaultsOffered(session->plan().isDemo);
  m_pauseFlushing->setChecked(false);
  m_window.goLive();
  m_where->setText(
      session->plan().isDemo
          ? tr("Demo: simulated fleet on an embedded database")
          : tr("Driving a simulated fleet into %1").arg(QString::fromStdString(session->plan().database.shown())));
  m_stack->setCurrentWidget(m_pages);
  offerPages({m_dashboard, m_flushPage, m_channelPage, m_inspector});
  m_tuneDock->setVisible(QSettings().value("tune", true).toBool());
  session->start();
  refreshState();
}

void MainWindow::take(const Look& look) {
  m_flushes.add(look.flushes);
  m_channel.add(look.channel);
  if (!look.channel.empty()) m_channelPage->refresh();
  for (const models::FlushLine& line : look.flushes) {
    const bool isFailed = line.failure != FailureClass::none;
    m_series.take({line.at + line.took, line.took, line.reason, line.entries, isFailed});
    m_condition.failuresInARow = isFailed ? m_condition.failuresInARow + 1 : 0;
    m_condition.lastFailure = isFailed ? QString::fromStdString(line.message) : QString();
  }
  for (const QString& alarm : look.alarms) statusBar()->showMessage(alarm, 30'000);
  m_series.take(look.sample);
  m_window.setNow(look.sample.at);
  m_dashboard->refresh(m_condition);
  refreshState();
}

void MainWindow::changeSettings(const Config& wanted) {
  if (!m_session) return;
  const Config before = m_tune->running();
  m_undo.push(new Change(
      changeText(before, wanted),
      [this, wanted] {
        if (m_session) m_session->apply(wanted);
      },
      [this, before] {
        if (m_session) m_session->apply(before);
      }));
}

void MainWindow::changeFleet(const engine::FleetOptions& fleet) {
  if (!m_session) return;
  const engine::FleetOptions before = m_session->plan().fleet;
  const auto change = [this](const engine::FleetOptions& to) {
    if (!m_session) return;
    m_session->changeFleet(to);
    mark(tr("%1 × %2 keys every %3")
             .arg(models::counted(to.agents, "agent"))
             .arg(to.keys)
             .arg(QString::fromStdString(format_duration(to.every))));
  };
  m_undo.push(new Change(
      tr("fleet"), [=] { change(fleet); }, [=] { change(before); }));
}

void MainWindow::takeApplied(const Config& running) {
  const QString change = changeText(m_tune->running(), running);
  if (!change.isEmpty()) mark(change);
  m_tune->setConfig(running);
}

void MainWindow::mark(const QString& text) { m_series.mark(engine::system_clock().now(), text); }

void MainWindow::closeSession() {
  if (!m_session) return showDoors();
  m_session->close();
  refreshState();
}

void MainWindow::sessionIsClosed(quint64 held) {
  if (m_session) m_session.release()->deleteLater();
  m_folder.reset();
  emit sessionClosed(held);
  if (held > 0) {
    m_isLeaving = false;  // stay, so that this is read
    auto* const box = new QMessageBox(QMessageBox::Warning, windowTitle(),
                                      tr("%1 could not be written in time.").arg(models::counted(held, "update")),
                                      QMessageBox::Ok, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
  }
  if (m_isLeaving)
    close();
  else
    showDoors();
}

void MainWindow::showDoors() {
  m_stack->setCurrentWidget(m_doors);
  m_doors->demo()->setFocus();
  m_tuneDock->hide();
  m_where->setText(tr("Not connected"));
  refreshState();
}

void MainWindow::startInspector() {
  offerPages({m_inspector});
  m_stack->setCurrentWidget(m_pages);
  m_inspector->input().setFocus();
  refreshState();
}

void MainWindow::offerPages(std::initializer_list<QWidget*> pages) {
  for (int i = 0; i < m_pages->count(); ++i)
    m_pages->setTabVisible(i, std::find(pages.begin(), pages.end(), m_pages->widget(i)) != pages.end());
  m_pages->setCurrentWidget(*pages.begin());
}

void MainWindow::showPage(const QString& name) {
  for (int i = 0; i < m_pages->count(); ++i)
    if (m_pages->tabText(i) == name) m_pages->setCurrentIndex(i);
}

QStringList MainWindow::pages() const {
  QStringList names;
  for (int i = 0; i < m_pages->count(); ++i)
    if (m_pages->isTabVisible(i)) names += m_pages->tabText(i);
  return names;
}

void MainWindow::refreshState() {
  const bool isDriving = m_session != nullptr && !m_session->isClosing();
  for (QAction* const action : {m_flushNow, m_pauseFlushing}) action->setEnabled(isDriving);
  m_closeSession->setEnabled(m_stack->currentWidget() != m_doors);
  m_tune->setEnabled(isDriving);
  m_live->setChecked(m_window.isLive());
  m_live->setText(m_window.isLive() ? tr("Live") : tr("Paused: back to live"));
  const int index = m_span->findData(QVariant::fromValue<qlonglong>(m_window.span().count()));
  m_span->setCurrentIndex(index);
  QString state;
  if (m_session && m_session->isClosing())
    state = tr("Closing: writing what is held");
  else if (m_session && !m_session->isRunning())
    state = tr("Starting");
  else if (m_session && !m_series.isEmpty())
    state = tr("Running for %1").arg(models::secondsText(std::floor(m_series.total().seconds)));
  m_state->setText(state);
}

void MainWindow::setThemeChoice(ThemeChoice choice) {
  m_choice = choice;
  m_theme = themeOf(choice);
  QApplication::setPalette(m_theme.palette);
  m_dashboard->setTheme(m_theme);
  m_inspector->setTheme(m_theme);
  TroubleDelegate::setColour(m_theme.severity(models::Severity::alarm));
  m_tune->setTroubleColour(m_theme.severity(models::Severity::alarm));
  m_dashboard->refresh(m_condition);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue("geometry", saveGeometry());
  if (m_session) {
    m_isLeaving = true;
    closeSession();
    event->ignore();  // sessionIsClosed() closes
    return;
  }
  event->accept();
}

}  // namespace metabatch::gui
