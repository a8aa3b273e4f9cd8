// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QStackedWidget>
#include <QTabWidget>

#include "gui/window/main_window.hpp"

/// Sources of updates other than the simulated fleet.
namespace metabatch::gui {

void MainWindow::makeReplay() {
  m_replayBar = new ReplayBar;
  addToolBar(Qt::BottomToolBarArea, m_replayBar);
  m_replayBar->toggleViewAction()->setEnabled(false);  // it comes and goes with a replay
  connect(m_doors, &DoorsPage::replayChosen, this, &MainWindow::openReplay);
  connect(m_replayBar, &ReplayBar::pauseWanted, this, [this](bool paused) {
    if (!m_session) return;
    m_session->setReplayPaused(paused);
    mark(paused ? tr("replay paused") : tr("replay goes on"));
  });
  connect(m_replayBar, &ReplayBar::speedWanted, this, [this](double speed) {
    if (!m_session) return;
    m_session->setReplaySpeed(speed);
    mark(tr("replay %1").arg(models::speedText(speed)));
  });
  connect(m_replayBar, &ReplayBar::skipWanted, this, [this] {
    if (m_session) m_session->skipReplayWait();
  });
}

void MainWindow::openReplay() {
  auto* const dialog = new ReplayDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ReplayDialog::wanted, this, &MainWindow::offerReplay);
  dialog->open();
}

void MainWindow::offerReplay(const ReplayWish& wish) {
  if (!wish.database || isLocal(*wish.database)) return startReplay(wish);
  QString question = tr("Replay %1 into %2?\n\nIt updates the rows of the agents in the file, in "
                        "workspace_agent_metadata, with their recorded values.")
                         .arg(wish.plan.file == "-" ? tr("standard input") : QFileInfo(wish.plan.file).fileName(),
                              QString::fromStdString(wish.database->shown()));
  if (wish.plan.registersMissing) question += ' ' + tr("Rows that are missing are created, and stay.");
  confirmWriting(this, question, [this, wish] { startReplay(wish); });
}

void MainWindow::startReplay(const ReplayWish& wish) {
  if (isOpen()) return;
  if (!wish.database) {
    m_folder = std::make_unique<QTemporaryDir>();
    if (!m_folder->isValid()) {
      QMessageBox::warning(this, tr("Replay"), m_folder->errorString());
      return;
    }
  }
  startSession(
      {.database = wish.database ? *wish.database : sql::Database(m_folder->filePath("replay.db").toStdString()),
       .fleet = {},
       .config = {},
       .isDemo = !wish.database,
       .replay = wish.plan});
}

void MainWindow::startMetrics(const MetricsPlan& plan) {
  if (!m_watch) forget();
  m_series = models::LiveSeries(MetricsSession::longestPause(plan));
  const auto heard = [this]() -> std::optional<double> {
    if (!m_watch || !m_watch->isListening()) return std::nullopt;
    const auto place = m_series.find("heard");
    return place.timeline->latest(place.series);
  };
  m_metrics = std::make_unique<MetricsSession>(plan, m_series, m_window, heard);
  m_dashboard->setScrape(&m_metrics->status());
  connect(m_metrics.get(), &MetricsSession::changed, this, &MainWindow::refresh);
  connect(m_metrics.get(), &MetricsSession::closed, this, [this] {
    m_dashboard->setScrape(nullptr);
    m_metrics.release()->deleteLater();
    watchIsClosed();
  });
  const QString where = tr("Watching the metrics at %1").arg(shownUrl(plan.url));
  m_where->setText(m_watch ? m_where->text() + "; " + where : where + tr(", read-only"));
  m_stack->setCurrentWidget(m_pages);
  if (m_watch)
    offerPages({m_dashboard, m_channelPage, m_agentsPage, m_inspector});
  else
    offerPages({m_dashboard, m_inspector});
  refresh();
  refreshState();
}

/// A channel and metrics that are watched together end together.
void MainWindow::watchIsClosed() {
  if (isOpen()) return;
  if (m_isLeaving)
    QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
  else
    showDoors();
}

/// What the status bar says of a session.
QString MainWindow::whereText(const SessionPlan& plan) {
  const QString database = QString::fromStdString(plan.database.shown());
  if (plan.replay)
    return tr("Replaying %1 into %2")
        .arg(plan.replay->file == "-" ? tr("standard input") : QFileInfo(plan.replay->file).fileName(),
             plan.isDemo ? tr("an embedded database") : database);
  return plan.isDemo ? tr("Demo: simulated fleet on an embedded database")
                     : tr("Driving a simulated fleet into %1").arg(database);
}

}  // namespace metabatch::gui
