// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDockWidget>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <utility>

#include "engine/clock.hpp"
#include "gui/window/main_window.hpp"
#include "models/words.hpp"

/// How sessions begin, what they tell, and how they end.
namespace metabatch::gui {
namespace {

/// What the operator may do about rows that are missing; nothing where it is done without asking.
QString registrationOffer(const SessionPlan& plan) {
  if (plan.registersAgain || plan.replay) return {};
  return MainWindow::tr("Session > Register the fleet again creates the rows.");
}

}  // namespace

void MainWindow::forget() {
  m_series = models::LiveSeries();
  m_condition = {};
  m_flushes.clear();
  m_channel.clear();
  m_quarantine.clear();
  showRefused();
  m_undo.clear();
  if (std::exchange(m_recordings.isShown, false)) m_window.setSpan(m_recordings.spanBefore);
  m_recordings.whatIf->begin(nullptr);
  m_window.clearSelection();
  m_window.restart(engine::system_clock().now());
}

/// How many were refused stands on the tab, so that it is seen from every page.
void MainWindow::showRefused() {
  const quint64 refused = m_quarantine.refused();
  const int tab = m_pages->indexOf(m_quarantinePage);
  m_pages->setTabText(tab, refused == 0 ? tr("Quarantine") : tr("Quarantine (%1)").arg(models::withCommas(refused)));
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
  forget();
  plan.registersAgain = !plan.replay && isLocal(plan.database);
  m_condition.registration = registrationOffer(plan);
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
  connect(session, &LiveSession::started, this, [this] {
    const SessionPlan& running = m_session->plan();
    m_agentsPage->setDatabase(running.database, running.replay ? Duration{} : 3 * running.fleet.every);
    m_doctorPage->setDatabase(running.database);
    refreshState();
  });
  if (const Result<Config> config = validated(session->plan().config)) m_tune->setConfig(*config);
  m_tune->setFleet(session->plan().fleet);
  m_tune->setFault(Fault::none);
  m_tune->setFaultsOffered(session->plan().isDemo);
  m_tune->setFleetOffered(!session->plan().replay);
  m_pauseFlushing->setChecked(false);
  m_replayBar->begin(session->plan());
  m_where->setText(whereText(session->plan()));
  m_stack->setCurrentWidget(m_pages);
  m_channelPage->setState({});
  m_channelPage->setLatencyShown(false);
  m_agentsPage->setDatabase(std::nullopt, {});
  offerPages({m_dashboard, m_flushPage, m_agentsPage, m_channelPage, m_quarantinePage, m_doctorPage, m_inspector});
  m_recordings.follow(*session, *m_tuneDock);
  session->start();
  refreshState();
}

void MainWindow::openConnection() {
  if (auto* const open = findChild<ConnectDialog*>(); open != nullptr && open->isVisible()) return;
  auto* const dialog = new ConnectDialog(this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ConnectDialog::wanted, this, [this](const ConnectionWish& wish) {
    if (isOpen()) return;
    if (wish.isListening) startWatch(wish.address, wish.channel);
    if (wish.metrics) startMetrics(*wish.metrics);
    if (!wish.isDriving) return;
    Config config;
    config.channel = wish.channel.toStdString();
    startSession({.database = sql::Database(wish.address), .fleet = wish.fleet, .config = config, .isDemo = false});
  });
  dialog->open();
}

void MainWindow::startWatch(const sql::PgAddress& address, const QString& channel) {
  forget();
  m_watch = std::make_unique<ChannelWatch>(address, channel);
  ChannelWatch* const watch = m_watch.get();
  connect(watch, &ChannelWatch::heard, this, [this](const std::vector<models::ChannelLine>& lines, double latency) {
    takeChannel(engine::system_clock().now(), lines, latency);
  });
  connect(watch, &ChannelWatch::stateChanged, m_channelPage, &ChannelPage::setState);
  connect(watch, &ChannelWatch::closed, this, [this] {
    m_watch.release()->deleteLater();
    watchIsClosed();
  });
  m_channelPage->setLatencyShown(true);
  m_agentsPage->setDatabase(sql::Database(address), {});
  m_doctorPage->setDatabase(sql::Database(address));
  m_where->setText(tr("Watching %1, read-only").arg(QString::fromStdString(address.shown())));
  m_stack->setCurrentWidget(m_pages);
  offerPages({m_channelPage, m_agentsPage, m_doctorPage, m_inspector});
  refreshState();
}

void MainWindow::takeChannel(Instant at, const std::vector<models::ChannelLine>& lines, double latency) {
  m_channel.add(lines, at);
  models::ChannelPoint point{.at = at, .latencySeconds = latency};
  for (const models::ChannelLine& line : lines) {
    if (line.lost == 0 && !line.isResync) ++point.notifications;
    point.agents += line.ids;
  }
  m_series.take(point);
  m_window.setNow(at);
  m_channelPage->refresh();
}

void MainWindow::take(const Look& look) {
  m_flushes.add(look.flushes);
  takeChannel(look.sample.at, look.channel, -1);
  for (const models::FlushLine& line : look.flushes) {
    const bool isFailed = line.failure != FailureClass::none;
    m_recordings.whatIf->take(line);
    m_series.take({line.at + line.took, line.took, line.reason, line.entries, isFailed});
    m_condition.failuresInARow = isFailed ? m_condition.failuresInARow + 1 : 0;
    m_condition.lastFailure = isFailed ? QString::fromStdString(line.message) : QString();
  }
  if (!look.refused.empty()) {
    m_quarantine.add(look.refused);
    showRefused();
  }
  if (look.registered) takeRegistered(*look.registered);
  if (look.replay) m_replayBar->take(*look.replay);
  for (const QString& alarm : look.alarms) statusBar()->showMessage(alarm, 30'000);
  m_series.take(look.sample);
  m_recordings.whatIf->take(look.sample);
  m_dashboard->refresh(m_condition);
  refreshState();
}

void MainWindow::registerFleet() {
  if (!m_session) return;
  const SessionPlan& plan = m_session->plan();
  if (isLocal(plan.database)) return m_session->registerFleet();
  confirmWriting(this,
                 tr("Register the fleet again in %1?\n\nIt creates those rows of %2 × %3 invented agents and keys that "
                    "are missing in workspace_agent_metadata. The rows stay.")
                     .arg(QString::fromStdString(plan.database.shown()))
                     .arg(plan.fleet.agents)
                     .arg(plan.fleet.keys),
                 [this] {
                   if (m_session) m_session->registerFleet();
                 });
}

void MainWindow::takeRegistered(const Registered& registered) {
  if (!registered.isAsked && registered.rows == 0 && registered.trouble.isEmpty()) return;  // strangers' rows
  const QString rows = models::counted(registered.rows, "row");
  const QString said =
      registered.trouble.isEmpty()
          ? tr("Registered again at %1: %2 created.").arg(models::clockText(registered.at), rows)
          : tr("Registering again failed at %1: %2").arg(models::clockText(registered.at), registered.trouble);
  if (registered.rows > 0) mark(tr("registered again: %1").arg(rows));
  m_condition.registration = (registrationOffer(m_session->plan()) + ' ' + said).trimmed();
  statusBar()->showMessage(said, 30'000);
}

void MainWindow::closeSession() {
  m_agentsPage->setDatabase(std::nullopt, {});
  m_doctorPage->setDatabase(std::nullopt);
  if (m_watch) m_watch->close();
  if (m_metrics) m_metrics->close();
  if (m_session) m_session->close();
  if (!isOpen()) return showDoors();
  refreshState();
}

void MainWindow::sessionIsClosed(quint64 held) {
  if (m_session) m_session.release()->deleteLater();
  m_agentsPage->closeThenRemove(std::move(m_folder));
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
    QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
  else
    showDoors();
}

}  // namespace metabatch::gui
