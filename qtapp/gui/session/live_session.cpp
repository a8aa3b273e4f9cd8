// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/live_session.hpp"

#include "gui/session/session_worker.hpp"

namespace metabatch::gui {

LiveSession::LiveSession(SessionPlan plan, QObject* parent)
    : SessionReports(parent),
      m_plan(std::move(plan)),
      m_recorder(std::make_shared<Recorder>()),
      m_worker(new SessionWorker(m_plan, m_recorder)) {
  qRegisterMetaType<std::shared_ptr<const SessionSnapshot>>();
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  connect(m_worker, &SessionWorker::started, this, [this] {
    m_isRunning = true;
    emit started();
  });
  connect(m_worker, &SessionWorker::failedToStart, this, [this](const QString& why) {
    m_isClosing = true;
    emit refused(why);
    emit closed(0);
  });
  connect(m_worker, &SessionWorker::fleetChanged, this, [this](const Fleet& fleet) {
    m_plan.fleet = fleet;
    emit fleetChanged(fleet);
  });
  connect(m_worker, &SessionWorker::closed, this, [this](quint64 lost) {
    m_isRunning = false;
    emit closed(lost);
  });
  const auto passOn = [this](auto report) { connect(m_worker, report, this, report); };
  passOn(&SessionReports::refused);
  passOn(&SessionReports::sampled);
  passOn(&SessionReports::applied);
  passOn(&SessionReports::fleetRemoved);
  passOn(&SessionReports::recorded);
  passOn(&SessionReports::overdue);
  passOn(&SessionReports::notSaved);
  m_thread.setObjectName("session");
  m_thread.start();
}

LiveSession::~LiveSession() {
  m_thread.quit();
  m_thread.wait();
}

template <class... Parameters>
void LiveSession::order(void (SessionWorker::*what)(Parameters...), std::decay_t<Parameters>... arguments) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, what, arguments...] { (worker->*what)(arguments...); });
}

void LiveSession::start() { order(&SessionWorker::start); }
void LiveSession::apply(const Config& config) { order(&SessionWorker::apply, config); }
void LiveSession::changeFleet(const Fleet& fleet) { order(&SessionWorker::changeFleet, fleet); }
void LiveSession::registerFleet() { order(&SessionWorker::registerFleetAgain); }
void LiveSession::removeFleet() { order(&SessionWorker::removeFleet); }
void LiveSession::flushNow() { order(&SessionWorker::flushNow); }
void LiveSession::setFlushingPaused(bool paused) { order(&SessionWorker::setFlushingPaused, paused); }
void LiveSession::setFault(Fault fault) { order(&SessionWorker::setFault, fault); }
void LiveSession::sendRefused() { order(&SessionWorker::sendRefused); }
void LiveSession::setReplayPaused(bool paused) { order(&SessionWorker::setReplayPaused, paused); }
void LiveSession::setReplaySpeed(double speed) { order(&SessionWorker::setReplaySpeed, speed); }
void LiveSession::skipReplayWait() { order(&SessionWorker::skipReplayWait); }
void LiveSession::record(const QString& file) { order(&SessionWorker::record, file); }
void LiveSession::leave(const QString& file) { order(&SessionWorker::leave, file); }

void LiveSession::mark(const QString& text) {
  QMetaObject::invokeMethod(m_worker, [recorder = m_recorder, text] { recorder->mark(text.toStdString()); });
}

void LiveSession::close() {
  if (m_isClosing) return;
  m_isClosing = true;
  order(&SessionWorker::beginClosing);
}

}  // namespace metabatch::gui
