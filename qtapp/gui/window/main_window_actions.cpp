// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolBar>

#include "gui/window/main_window.hpp"

/// What the window can be told: menus, tool bar, shortcuts.
namespace metabatch::gui {
namespace {

using namespace std::chrono_literals;

const struct {
  const char* name;
  Duration span;
} kSpans[] = {{"15 s", 15s}, {"1 min", 1min}, {"5 min", 5min}, {"15 min", 15min},
              {"1 h", 1h},   {"6 h", 6h},     {"24 h", 24h}};

}  // namespace

void MainWindow::makeActions() {
  m_flushNow = new QAction(tr("&Flush now"), this);
  m_flushNow->setShortcut(Qt::CTRL | Qt::Key_F5);
  m_flushNow->setToolTip(tr("Write everything that is held now (Ctrl+F5)"));
  connect(m_flushNow, &QAction::triggered, this, [this] {
    if (m_session) m_session->flushNow();
  });
  m_pauseFlushing = new QAction(tr("&Hold flushes"), this);
  m_pauseFlushing->setCheckable(true);
  m_pauseFlushing->setShortcut(Qt::CTRL | Qt::Key_H);
  m_pauseFlushing->setToolTip(tr("Let nothing leave until this is switched off; updates go on coming (Ctrl+H)"));
  connect(m_pauseFlushing, &QAction::toggled, this, [this](bool on) {
    if (!m_session || m_condition.isFlushingPaused == on) return;
    m_session->setFlushingPaused(on);
    m_condition.isFlushingPaused = on;
    mark(on ? tr("flushes held") : tr("flushes go on"));
  });
  m_registerFleet = new QAction(tr("&Register the fleet again"), this);
  m_registerFleet->setObjectName("register");
  m_registerFleet->setToolTip(tr("Create the rows of the simulated agents that the database lost"));
  connect(m_registerFleet, &QAction::triggered, this, &MainWindow::registerFleet);
  m_closeSession = new QAction(tr("&Close and go back"), this);
  m_closeSession->setObjectName("close-session");
  m_closeSession->setShortcut(Qt::CTRL | Qt::Key_W);
  m_closeSession->setToolTip(tr("Write what is held, end the session and show the three doors (Ctrl+W)"));
  connect(m_closeSession, &QAction::triggered, this, &MainWindow::closeSession);
}

void MainWindow::makeViewActions() {
  m_live = new QAction(tr("Live"), this);
  m_live->setCheckable(true);
  m_live->setShortcut(Qt::Key_Space);
  m_live->setToolTip(tr("Let the charts stand still, or follow (space); what runs goes on"));
  connect(m_live, &QAction::triggered, this, [this] { m_window.isLive() ? m_window.pause() : m_window.goLive(); });
  m_span = new QComboBox;
  m_span->setAccessibleName(tr("Time shown"));
  m_span->setPlaceholderText(tr("zoomed"));
  m_span->setMinimumContentsLength(7);
  for (const auto& one : kSpans)
    m_span->addItem(QLatin1String(one.name), QVariant::fromValue<qlonglong>(one.span.count()));
  connect(m_span, &QComboBox::activated, this,
          [this](int index) { m_window.setSpan(Duration(m_span->itemData(index).toLongLong())); });
}

void MainWindow::makeMenus() {
  QToolBar* const bar = addToolBar(tr("Tools"));
  bar->setObjectName("tools");
  bar->setMovable(false);
  bar->addAction(m_closeSession);
  bar->addSeparator();
  bar->addAction(m_live);
  bar->addWidget(m_span);
  bar->addSeparator();
  bar->addAction(m_flushNow);
  bar->addAction(m_pauseFlushing);
  QMenu* const session = menuBar()->addMenu(tr("&Session"));
  session->addActions({m_flushNow, m_pauseFlushing, m_registerFleet, m_closeSession});
  session->addSeparator();
  session->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);
  session->insertActions(session->actions().back(),
                         {m_recordings.door->action(), m_record, m_exportCsv, m_exportPicture});
  session->insertSeparator(session->actions().back());
  QMenu* const edit = menuBar()->addMenu(tr("&Edit"));
  QAction* const undo = m_undo.createUndoAction(this, tr("&Undo"));
  undo->setShortcut(QKeySequence::Undo);
  QAction* const redo = m_undo.createRedoAction(this, tr("&Redo"));
  redo->setShortcut(QKeySequence::Redo);
  edit->addActions({undo, redo});
  makeViewMenu();
  QMenu* const help = menuBar()->addMenu(tr("&Help"));
  help->addAction(tr("&Shortcuts"), QKeySequence(Qt::Key_F1), this, &MainWindow::showShortcuts);
}

void MainWindow::makeViewMenu() {
  QMenu* const view = menuBar()->addMenu(tr("&View"));
  view->addAction(m_live);
  const auto zoom = [&](const QString& text, const QKeySequence& key, double factor) {
    view->addAction(text, key, this, [this, factor] { m_window.zoom(factor, 1); });
  };
  zoom(tr("Zoom &in"), QKeySequence(Qt::CTRL | Qt::Key_Plus), 0.5);
  zoom(tr("Zoom &out"), QKeySequence(Qt::CTRL | Qt::Key_Minus), 2);
  view->addSeparator();
  for (int i = 0; i < m_pages->count(); ++i)
    view->addAction(m_pages->tabText(i), QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i)), this, [this, i] {
      if (m_pages->isTabVisible(i)) m_pages->setCurrentIndex(i);
    });
  view->addSeparator();
  QAction* const tune = m_tuneDock->toggleViewAction();
  tune->setText(tr("&Tuning panel"));
  tune->setShortcut(Qt::Key_F9);
  connect(tune, &QAction::toggled, this, [this](bool on) {  // by key, by menu, or by the dock's own button
    if (m_stack->currentWidget() == m_pages && !m_isLeaving) QSettings().setValue("tune", on);
  });
  view->addAction(tune);
  QAction* const whatIf = m_recordings.dock->toggleViewAction();
  whatIf->setText(tr("&What if"));
  whatIf->setShortcut(Qt::Key_F10);
  view->addAction(whatIf);
  view->addSeparator();
  addThemes(*view);
}

void MainWindow::addThemes(QMenu& view) {
  auto* const themes = new QActionGroup(this);
  const std::pair<QString, ThemeChoice> choices[] = {{tr("&System colours"), ThemeChoice::system},
                                                     {tr("&Light"), ThemeChoice::light},
                                                     {tr("&Dark"), ThemeChoice::dark}};
  for (const auto& [name, choice] : choices) {
    QAction* const action = view.addAction(name);
    action->setCheckable(true);
    action->setData(static_cast<int>(choice));
    themes->addAction(action);
    connect(action, &QAction::triggered, this, [this, chosen = choice] {
      QSettings().setValue("theme", static_cast<int>(chosen));
      setThemeChoice(chosen);
    });
  }
  const int kept = QSettings().value("theme", 0).toInt();
  for (QAction* const action : themes->actions()) action->setChecked(action->data().toInt() == kept);
}

void MainWindow::restore() {
  QSettings settings;
  if (!restoreGeometry(settings.value("geometry").toByteArray())) resize(1280, 820);
  restoreState(settings.value("state").toByteArray());
  setThemeChoice(static_cast<ThemeChoice>(std::clamp(settings.value("theme", 0).toInt(), 0, 2)));
}

void MainWindow::showShortcuts() {
  static const std::pair<const char*, const char*> kKeys[] = {
      {QT_TR_NOOP("Space"), QT_TR_NOOP("charts stand still, or follow")},
      {QT_TR_NOOP("Ctrl+F5"), QT_TR_NOOP("flush now")},
      {QT_TR_NOOP("Ctrl+H"), QT_TR_NOOP("hold flushes, or let them go on")},
      {QT_TR_NOOP("Ctrl+Z, Ctrl+Shift+Z"), QT_TR_NOOP("take back a changed setting, or not")},
      {QT_TR_NOOP("Ctrl++, Ctrl+-, Ctrl+wheel"), QT_TR_NOOP("zoom all charts")},
      {QT_TR_NOOP("Shift+drag, Shift+wheel, arrows"), QT_TR_NOOP("move all charts through time")},
      {QT_TR_NOOP("drag, Shift+arrows"), QT_TR_NOOP("select a stretch of time: the logs show only that")},
      {QT_TR_NOOP("Enter, Esc"), QT_TR_NOOP("show the stretch alone; clear it")},
      {QT_TR_NOOP("Ctrl+arrows"), QT_TR_NOOP("move the crosshair of all charts")},
      {QT_TR_NOOP("double click, Home"), QT_TR_NOOP("back to live")},
      {QT_TR_NOOP("Alt+1 … Alt+7"), QT_TR_NOOP("pages")},
      {QT_TR_NOOP("F5"), QT_TR_NOOP("on the doctor's page: examine again")},
      {QT_TR_NOOP("Ctrl+P"), QT_TR_NOOP("replay stands still, or goes on")},
      {QT_TR_NOOP("F9, F10"), QT_TR_NOOP("tuning panel, what if")},
      {QT_TR_NOOP("Ctrl+O"), QT_TR_NOOP("open a recorded session")},
      {QT_TR_NOOP("Ctrl+W"), QT_TR_NOOP("end the session")},
      {QT_TR_NOOP("Ctrl+Q"), QT_TR_NOOP("quit; what is held is written first")}};
  QString rows;
  for (const auto& [key, does] : kKeys)
    rows += QStringLiteral("<tr><td style='padding-right:18px'><b>%1</b></td><td>%2</td></tr>").arg(tr(key), tr(does));
  auto* const box =
      new QMessageBox(QMessageBox::NoIcon, tr("Shortcuts"), "<table>" + rows + "</table>", QMessageBox::Close, this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setObjectName("shortcuts");
  box->open();
}

}  // namespace metabatch::gui
