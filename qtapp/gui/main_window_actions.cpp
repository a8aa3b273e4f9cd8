// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QTabWidget>
#include <QToolBar>

#include "gui/main_window.hpp"

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
  m_closeSession = new QAction(tr("&Close and go back"), this);
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
  session->addActions({m_flushNow, m_pauseFlushing, m_closeSession});
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
  connect(tune, &QAction::triggered, this, [](bool on) { QSettings().setValue("tune", on); });
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
  setThemeChoice(static_cast<ThemeChoice>(std::clamp(settings.value("theme", 0).toInt(), 0, 2)));
}

void MainWindow::showShortcuts() {
  static const std::pair<const char*, const char*> kKeys[] = {
      {"Space", "charts stand still, or follow"},
      {"Ctrl+F5", "flush now"},
      {"Ctrl+H", "hold flushes, or let them go on"},
      {"Ctrl+Z, Ctrl+Shift+Z", "take back a changed setting, or not"},
      {"Ctrl++, Ctrl+-, Ctrl+wheel", "zoom all charts"},
      {"drag, Shift+wheel, arrows", "move all charts through time"},
      {"double click, Home", "back to live"},
      {"Alt+1 … Alt+7", "pages"},
      {"F5", "on the doctor's page: examine again"},
      {"Ctrl+P", "replay stands still, or goes on"},
      {"F9, F10", "tuning panel, what if"},
      {"Ctrl+O", "open a recorded session"},
      {"Ctrl+W", "end the session"},
      {"Ctrl+Q", "quit; what is held is written first"}};
  QString rows;
  for (const auto& [key, does] : kKeys)
    rows += QStringLiteral("<tr><td style='padding-right:18px'><b>%1</b></td><td>%2</td></tr>")
                .arg(QLatin1String(key), QString::fromUtf8(does));
  auto* const box =
      new QMessageBox(QMessageBox::NoIcon, tr("Shortcuts"), "<table>" + rows + "</table>", QMessageBox::Close, this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setObjectName("shortcuts");
  box->open();
}

}  // namespace metabatch::gui
