// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/drive_source.hpp"

#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <functional>

#include "engine/clock.hpp"
#include "gui/dialogs/connect_dialog.hpp"
#include "gui/dialogs/replay_dialog.hpp"
#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/doctor_page.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/pages/quarantine_page.hpp"
#include "gui/panels/tune_panel.hpp"
#include "gui/session/fleet_settings.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/window_data.hpp"
#include "models/tuning/tuning.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

/// A change that can be undone.
class Change : public QUndoCommand {
 public:
  Change(const QString& text, std::function<void()> redo, std::function<void()> undo)
      : QUndoCommand(text), m_redo(std::move(redo)), m_undo(std::move(undo)) {}
  void redo() override { m_redo(); }
  void undo() override { m_undo(); }

 private:
  const std::function<void()> m_redo;
  const std::function<void()> m_undo;
};

/// What the operator can do about missing rows; nothing when the session creates them without a
/// question.
QString registrationOffer(const SessionPlan& plan) {
  if (plan.registersAgain || plan.replay) return {};
  return DriveSource::tr("Session > Register the fleet again creates the rows.");
}

}  // namespace

DriveSource::DriveSource(WindowData& data, PageTabs& pages, TunePanel& tune, QWidget& window)
    : Source(&window), m_data(data), m_pages(pages), m_tune(tune), m_window(window) {
  connectTuning();
}

DriveSource::~DriveSource() = default;

void DriveSource::connectTuning() {
  connect(&m_tune, &TunePanel::changeWanted, this, &DriveSource::apply);
  connect(&m_pages.dashboard(), &Dashboard::adviceWanted, this, &DriveSource::apply);
  connect(&m_tune, &TunePanel::fleetWanted, this, &DriveSource::changeFleet);
  connect(&m_tune, &TunePanel::removalWanted, this, &DriveSource::removeFleet);
  connect(&m_tune, &TunePanel::faultWanted, this, &DriveSource::setFault);
  connect(&m_tune, &TunePanel::refusalWanted, this, [this] {
    if (m_session) m_session->sendRefused();
  });
}

void DriveSource::startDemo() {
  if (m_session) return;
  auto folder = std::make_unique<QTemporaryDir>();
  if (!folder->isValid()) return warn(folder->errorString());
  const std::string file = folder->filePath("demo.db").toStdString();
  start({.database = sql::Database(file), .isDemo = true}, std::move(folder));
}

void DriveSource::start(SessionPlan plan, std::unique_ptr<QTemporaryDir> folder) {
  m_data.clear();
  m_undo.clear();
  m_fault = Fault::none;
  m_folder = std::move(folder);
  plan.registersAgain = !plan.replay && isLocal(plan.database);
  m_data.condition.registration = registrationOffer(plan);
  m_session = std::make_unique<LiveSession>(std::move(plan));
  connectSession();
  showPlan(m_session->plan());
  emit starting();
  m_session->start();
  const SessionPlan& running = m_session->plan();
  const QString title = running.isDemo ? tr("Demo") : QString::fromStdString(running.database.shown());
  emit opened(running.replay ? QFileInfo(running.replay->file).fileName() : title, descriptionOf(running));
}

void DriveSource::connectSession() {
  LiveSession* const session = m_session.get();
  connect(session, &LiveSession::sampled, this,
          [this](const std::shared_ptr<const SessionSnapshot>& snapshot) { onSample(*snapshot); });
  connect(session, &LiveSession::applied, this, &DriveSource::onApplied);
  connect(session, &LiveSession::fleetChanged, &m_tune, &TunePanel::setFleet);
  connect(session, &LiveSession::refused, this, &DriveSource::warn);
  connect(session, &LiveSession::fleetRemoved, this, [this](quint64 rows) {
    const QString text = tr("%1 removed").arg(models::counted(rows, "row"));
    mark(text);
    emit messaged(text);
  });
  connect(session, &LiveSession::recorded, this, &DriveSource::recorded);
  connect(session, &LiveSession::closed, this, &DriveSource::onClosed);
  connect(session, &LiveSession::started, this, [this] {
    const SessionPlan& running = m_session->plan();
    m_pages.agents().setDatabase(running.database, running.replay ? Duration{} : 3 * running.fleet.every);
    m_pages.doctor().setDatabase(running.database);
    emit started();
  });
}

void DriveSource::showPlan(const SessionPlan& plan) {
  m_tune.setConfig(plan.config);
  m_tune.setFleet(plan.fleet);
  m_tune.setFault(Fault::none);
  m_tune.setFaultsOffered(plan.isDemo);
  m_tune.setFleetOffered(!plan.replay);
  m_pages.channel().setState({});
  m_pages.channel().setLatencyShown(false);
  m_pages.agents().setDatabase(std::nullopt, {});
  m_pages.offer({&m_pages.dashboard(), &m_pages.flushes(), &m_pages.agents(), &m_pages.channel(), &m_pages.quarantine(),
                 &m_pages.doctor(), &m_pages.inspector()});
}

void DriveSource::onSample(const SessionSnapshot& snapshot) {
  m_data.flushes.add(snapshot.flushes);
  m_data.append(snapshot.sample.at, snapshot.channel, -1);
  for (const models::FlushLine& line : snapshot.flushes) {
    const bool isFailed = line.failure != FailureClass::none;
    m_data.series.append({line.at + line.took, line.took, line.reason, line.entries, isFailed});
    m_data.condition.failure = line.failure;
    m_data.condition.failuresInARow = isFailed ? m_data.condition.failuresInARow + 1 : 0;
    m_data.condition.lastFailure = isFailed ? QString::fromStdString(line.message) : QString();
  }
  if (!snapshot.refused.empty()) m_data.quarantine.add(snapshot.refused);
  if (snapshot.registered) onRegistered(*snapshot.registered);
  for (const QString& alarm : snapshot.alarms) emit messaged(alarm);
  m_data.append(snapshot.sample);
  emit sampled(snapshot);
  emit changed();
}

void DriveSource::apply(const Config& wanted) {
  if (!m_session) return;
  const auto change = [this](const Config& config) {
    if (m_session) m_session->apply(config);
  };
  const Config before = m_tune.running();
  m_undo.push(new Change(
      changeText(before, wanted), [=] { change(wanted); }, [=] { change(before); }));
}

void DriveSource::applyTuned(const Config& found) { apply(models::withTuned(m_tune.running(), found)); }

void DriveSource::onApplied(const Config& running) {
  const QString change = changeText(m_tune.running(), running);
  if (!change.isEmpty()) mark(change);
  m_tune.setConfig(running);
}

void DriveSource::changeFleet(const Fleet& fleet) {
  if (!m_session) return;
  const auto change = [this](const Fleet& to) {
    if (!m_session) return;
    m_session->changeFleet(to);
    mark(fleetText(to));
  };
  const Fleet before = m_session->plan().fleet;
  m_undo.push(new Change(
      tr("fleet"), [=] { change(fleet); }, [=] { change(before); }));
}

/// A fault that is already injected is not marked a second time.
void DriveSource::setFault(Fault fault) {
  if (!m_session || fault == m_fault) return;
  m_fault = fault;
  m_session->setFault(fault);
  static const char* const kWords[] = {QT_TR_NOOP("fault ended"), QT_TR_NOOP("slow database"),
                                       QT_TR_NOOP("database refuses"), QT_TR_NOOP("connection lost")};
  mark(tr(kWords[static_cast<std::size_t>(fault)]));
}

void DriveSource::mark(const QString& text) {
  m_data.series.mark(engine::system_clock().now(), text);
  if (m_session) m_session->mark(text);
}

void DriveSource::flushNow() {
  if (!m_session) return;
  m_session->flushNow();
  mark(tr("flush requested"));
}

bool DriveSource::isFlushingPaused() const { return m_data.condition.isFlushingPaused; }

void DriveSource::setFlushingPaused(bool paused) {
  if (!m_session || isFlushingPaused() == paused) return;
  m_session->setFlushingPaused(paused);
  m_data.condition.isFlushingPaused = paused;
  mark(paused ? tr("flushes paused") : tr("flushes resumed"));
  emit flushingPaused(paused);
}

void DriveSource::record(const QString& file) {
  if (!m_session) return;
  if (!file.isEmpty()) emit recordingTo(file);
  m_session->record(file);
}

void DriveSource::registerFleet() {
  if (!m_session) return;
  const SessionPlan& plan = m_session->plan();
  if (isLocal(plan.database)) return m_session->registerFleet();
  confirmWriting(&m_window,
                 tr("Register the fleet again in %1?\n\nThis creates the missing rows of %2 × %3 invented agents and "
                    "keys in workspace_agent_metadata. The rows stay.")
                     .arg(QString::fromStdString(plan.database.shown()))
                     .arg(plan.fleet.agents)
                     .arg(plan.fleet.keys),
                 [this] {
                   if (m_session) m_session->registerFleet();
                 });
}

void DriveSource::removeFleet() {
  if (!m_session) return;
  const SessionPlan& plan = m_session->plan();
  auto* const box = new QMessageBox(QMessageBox::Question, tr("Remove rows"),
                                    tr("Stop the fleet and delete all rows of its %1 from %2?")
                                        .arg(models::counted(static_cast<std::uint64_t>(plan.fleet.agents), "agent"),
                                             QString::fromStdString(plan.database.shown())),
                                    QMessageBox::Cancel, &m_window);
  box->setObjectName("confirm-removal");
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  QPushButton* const yes = box->addButton(tr("Delete the rows"), QMessageBox::DestructiveRole);
  yes->setObjectName("confirm-removal-yes");
  connect(yes, &QPushButton::clicked, this, [this] {
    if (m_session) m_session->removeFleet();
  });
  box->open();
}

void DriveSource::onRegistered(const Registered& registered) {
  // Missing rows that are not of this fleet cannot be created.
  if (!registered.isAsked && registered.rows == 0 && registered.problem.isEmpty()) return;
  const QString rows = models::counted(registered.rows, "row");
  const QString text =
      registered.problem.isEmpty()
          ? tr("Registered again at %1: %2 created.").arg(models::clockText(registered.at), rows)
          : tr("Registering again failed at %1: %2").arg(models::clockText(registered.at), registered.problem);
  if (registered.rows > 0) mark(tr("registered again: %1").arg(rows));
  m_data.condition.registration = (registrationOffer(m_session->plan()) + ' ' + text).trimmed();
  emit messaged(text);
}

void DriveSource::close() {
  m_pages.agents().setDatabase(std::nullopt, {});
  m_pages.doctor().setDatabase(std::nullopt);
  m_data.condition.isClosing = m_session != nullptr;
  if (m_session) m_session->close();
}

void DriveSource::onClosed(quint64 lost) {
  if (m_session) m_session.release()->deleteLater();
  m_undo.clear();
  m_data.condition.isFlushingPaused = false;
  emit flushingPaused(false);
  m_pages.agents().closeThenRemove(std::move(m_folder));
  emit drained(lost);
  emit closed();
}

void DriveSource::warn(const QString& text) {
  auto* const box = new QMessageBox(QMessageBox::Warning, m_window.windowTitle(), text, QMessageBox::Ok, &m_window);
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

QString descriptionOf(const SessionPlan& plan) {
  const QString database = QString::fromStdString(plan.database.shown());
  if (plan.replay)
    return DriveSource::tr("Replaying %1 into %2")
        .arg(plan.replay->file == "-" ? DriveSource::tr("standard input") : QFileInfo(plan.replay->file).fileName(),
             plan.isDemo ? DriveSource::tr("an embedded database") : database);
  return plan.isDemo ? DriveSource::tr("Demo: simulated fleet on an embedded database")
                     : DriveSource::tr("Driving a simulated fleet into %1").arg(database);
}

}  // namespace metabatch::gui
