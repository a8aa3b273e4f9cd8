// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_window.hpp"

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
#include <QTabBar>
#include <QTabWidget>
#include <algorithm>
#include <functional>

#include "engine/clock.hpp"
#include "gui/window/tables.hpp"
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
  makeReplay();
  makeRecordings();
  makeActions();
  makeViewActions();
  makeFileActions();
  makeMenus();
  restore();
  showDoors();
  connect(&m_window, &models::TimeWindow::changed, this, &MainWindow::refreshState);
}

/// Its parts go after it: what they say then (a panel that is hidden, say) is heard by nobody, and nothing to remember.
MainWindow::~MainWindow() {
  for (QObject* const part : findChildren<QObject*>()) part->disconnect(this);
}

void MainWindow::makePages() {
  m_doors = new DoorsPage;
  m_dashboard = new Dashboard(m_series, m_window);
  m_pages = new QTabWidget;
  m_pages->setDocumentMode(true);
  m_pages->setAccessibleName(tr("Pages"));
  m_pages->tabBar()->setAccessibleName(tr("Pages"));
  m_flushPage = new FlushPage(m_flushes, m_window);
  m_agentsPage = new AgentsPage;
  m_channelPage = new ChannelPage(m_channel, m_series, m_window);
  m_inspector = new InspectorPage;
  m_quarantinePage = new QuarantinePage(m_quarantine);
  m_doctorPage = new DoctorPage;
  addPage(m_dashboard, "Dashboard", tr("Dashboard"));
  addPage(m_flushPage, "Flushes", tr("Flushes"));
  addPage(m_agentsPage, "Agents", tr("Agents"));
  addPage(m_channelPage, "Channel", tr("Channel"));
  addPage(m_quarantinePage, "Quarantine", tr("Quarantine"));
  addPage(m_doctorPage, "Doctor", tr("Doctor"));
  addPage(m_inspector, "Inspector", tr("Inspector"));
  m_stack = new QStackedWidget;
  m_stack->addWidget(m_doors);
  m_stack->addWidget(m_pages);
  setCentralWidget(m_stack);
  makeTune();
  connect(m_doors, &DoorsPage::demoChosen, this, &MainWindow::startDemo);
  connect(m_doors, &DoorsPage::connectChosen, this, &MainWindow::openConnection);
  connect(m_doors, &DoorsPage::inspectChosen, this, &MainWindow::startInspector);
  connect(m_flushPage, &FlushPage::inspectWanted, this, [this](const QString& payloads) {
    m_inspector->setText(payloads);
    m_pages->setCurrentWidget(m_inspector);
  });
  connect(m_pages, &QTabWidget::currentChanged, this, &MainWindow::refresh);
}

void MainWindow::addPage(QWidget* page, const char* name, const QString& title) {
  page->setObjectName(name);
  m_pages->addTab(page, title);
}

void MainWindow::makeTune() {
  m_tune = new TunePanel;
  auto* const scroll = new QScrollArea;
  scroll->setWidget(m_tune);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(m_tune->minimumSizeHint().width() + 24);  // and a scroll bar
  m_tuneDock = new QDockWidget(tr("Tune"));
  m_tuneDock->setObjectName("tune");
  m_tuneDock->setWidget(scroll);
  addDockWidget(Qt::RightDockWidgetArea, m_tuneDock);
  connect(m_tune, &TunePanel::changeWanted, this, &MainWindow::changeSettings);
  connect(m_tune, &TunePanel::fleetWanted, this, &MainWindow::changeFleet);
  connect(m_tune, &TunePanel::refusalWanted, this, [this] {
    if (m_session) m_session->sendRefused();
  });
  connect(m_tune, &TunePanel::faultWanted, this, [this](Fault fault) {
    if (!m_session) return;
    m_session->setFault(fault);
    static const char* const kWords[] = {QT_TR_NOOP("fault ended"), QT_TR_NOOP("slow database"),
                                         QT_TR_NOOP("database refuses"), QT_TR_NOOP("connection lost")};
    mark(tr(kWords[static_cast<std::size_t>(fault)]));
  });
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
    mark(fleetText(to));
  };
  m_undo.push(new Change(
      tr("fleet"), [=] { change(fleet); }, [=] { change(before); }));
}

void MainWindow::takeApplied(const Config& running) {
  const QString change = changeText(m_tune->running(), running);
  if (!change.isEmpty()) mark(change);
  m_tune->setConfig(running);
}

void MainWindow::mark(const QString& text) {
  m_series.mark(engine::system_clock().now(), text);
  if (m_session) m_session->note(text);
}

void MainWindow::showDoors() {
  m_stack->setCurrentWidget(m_doors);
  m_doors->demo()->setFocus();
  m_tuneDock->hide();
  m_replayBar->hide();
  m_recordings.dock->hide();
  m_recordings.whatIf->begin(nullptr);
  m_where->setText(tr("Not connected"));
  m_where->setToolTip({});
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
    if (m_pages->widget(i)->objectName() == name) m_pages->setCurrentIndex(i);
}

QStringList MainWindow::pages() const {
  QStringList names;
  for (int i = 0; i < m_pages->count(); ++i)
    if (m_pages->isTabVisible(i)) names += m_pages->widget(i)->objectName();
  return names;
}

void MainWindow::refreshState() {
  const bool isDriving = m_session != nullptr && !m_session->isClosing();
  for (QAction* const action : {m_flushNow, m_pauseFlushing}) action->setEnabled(isDriving);
  m_registerFleet->setEnabled(isDriving && !m_session->plan().replay);
  m_record->setEnabled(isDriving);
  const bool hasPages = m_stack->currentWidget() == m_pages;
  m_exportCsv->setEnabled(hasPages);
  m_exportPicture->setEnabled(hasPages);
  m_closeSession->setEnabled(m_stack->currentWidget() != m_doors);
  m_tune->setEnabled(isDriving);
  m_live->setChecked(m_window.isLive());
  m_live->setText(m_recordings.isShown ? (m_window.isLive() ? tr("At its end") : tr("To its end"))
                  : m_window.isLive()  ? tr("Live")
                                       : tr("Paused: back to live"));
  const int index = m_span->findData(QVariant::fromValue<qlonglong>(m_window.span().count()));
  m_span->setCurrentIndex(index);
  QString state = m_recordings.isShown ? tr("Recorded") : QString();
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
  m_channelPage->setTheme(m_theme);
  m_agentsPage->setTheme(m_theme);
  TroubleDelegate::setColour(m_theme.severity(models::Severity::alarm));
  m_recordings.whatIf->setTroubleColour(m_theme.severity(models::Severity::alarm));
  m_tune->setTroubleColour(m_theme.severity(models::Severity::alarm));
  refresh();
}

void MainWindow::refresh() {
  m_dashboard->refresh(m_condition);
  m_channelPage->refresh();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue("geometry", saveGeometry());
  settings.setValue("state", saveState());
  if (isOpen()) {
    m_isLeaving = true;
    closeSession();
    event->ignore();  // its end closes the window
    return;
  }
  event->accept();
}

}  // namespace metabatch::gui
