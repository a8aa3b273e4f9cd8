// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/live_session.hpp"

#include "gui/session/session_worker.hpp"

namespace metabatch::gui {

LiveSession::LiveSession(SessionPlan plan, QObject* parent)
    : QObject(parent),
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
  connect(m_worker, &SessionWorker::refused, this, &LiveSession::refused);
  connect(m_worker, &SessionWorker::sampled, this, &LiveSession::sampled);
  connect(m_worker, &SessionWorker::applied, this, &LiveSession::applied);
  connect(m_worker, &SessionWorker::fleetChanged, this, [this](const Fleet& fleet) {
    m_plan.fleet = fleet;
    emit fleetChanged(fleet);
  });
  connect(m_worker, &SessionWorker::fleetRemoved, this, &LiveSession::fleetRemoved);
  connect(m_worker, &SessionWorker::recorded, this, &LiveSession::recorded);
  connect(m_worker, &SessionWorker::overdue, this, &LiveSession::overdue);
  connect(m_worker, &SessionWorker::notSaved, this, &LiveSession::notSaved);
  connect(m_worker, &SessionWorker::closed, this, [this](quint64 lost) {
    m_isRunning = false;
    emit closed(lost);
  });
  m_thread.setObjectName("session");
  m_thread.start();
}

LiveSession::~LiveSession() {
  m_thread.quit();
  m_thread.wait();
}

void LiveSession::start() { QMetaObject::invokeMethod(m_worker, &SessionWorker::start); }

void LiveSession::apply(const Config& config) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, config] { worker->apply(config); });
}

void LiveSession::changeFleet(const Fleet& fleet) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, fleet] { worker->changeFleet(fleet); });
}

void LiveSession::registerFleet() { QMetaObject::invokeMethod(m_worker, &SessionWorker::registerFleetAgain); }

void LiveSession::removeFleet() { QMetaObject::invokeMethod(m_worker, &SessionWorker::removeFleet); }

void LiveSession::flushNow() { QMetaObject::invokeMethod(m_worker, &SessionWorker::flushNow); }

void LiveSession::setFlushingPaused(bool paused) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, paused] { worker->setFlushingPaused(paused); });
}

void LiveSession::setFault(Fault fault) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, fault] { worker->setFault(fault); });
}

void LiveSession::sendRefused() { QMetaObject::invokeMethod(m_worker, &SessionWorker::sendRefused); }

void LiveSession::setReplayPaused(bool paused) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, paused] { worker->setReplayPaused(paused); });
}

void LiveSession::setReplaySpeed(double speed) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, speed] { worker->setReplaySpeed(speed); });
}

void LiveSession::skipReplayWait() { QMetaObject::invokeMethod(m_worker, &SessionWorker::skipReplayWait); }

void LiveSession::record(const QString& file) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, file] { worker->record(file); });
}

void LiveSession::mark(const QString& text) {
  QMetaObject::invokeMethod(m_worker, [recorder = m_recorder, text] { recorder->mark(text.toStdString()); });
}

void LiveSession::close() {
  if (m_isClosing) return;
  m_isClosing = true;
  QMetaObject::invokeMethod(m_worker, &SessionWorker::beginClosing);
}

void LiveSession::leave(const QString& file) {
  QMetaObject::invokeMethod(m_worker, [worker = m_worker, file] { worker->leave(file); });
}

}  // namespace metabatch::gui
