// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <mutex>
#include <vector>

#include "gui/session/fleet_feeder.hpp"
#include "gui/session/live_session.hpp"
#include "sql/sqlite/sqlite_claim.hpp"

namespace metabatch::gui {

/// The part of a LiveSession that may wait. It lives in its own thread and owns everything that
/// runs.
class SessionWorker : public SessionReports {
  Q_OBJECT

 public:
  SessionWorker(SessionPlan plan, std::shared_ptr<Recorder> recorder);
  ~SessionWorker() override;

  void start();
  void apply(const Config& config);
  void changeFleet(const Fleet& fleet);
  void registerFleetAgain();
  void removeFleet();
  void flushNow();
  void setFlushingPaused(bool paused);
  void setFault(Fault fault);
  void sendRefused();
  void setReplayPaused(bool paused);
  void setReplaySpeed(double speed);
  void skipReplayWait();
  void record(const QString& file);
  void beginClosing();
  void leave(const QString& file);

 signals:
  void failedToStart(const QString& why);

 private:
  [[nodiscard]] std::optional<std::string> begin();
  [[nodiscard]] std::optional<std::string> openSource();
  [[nodiscard]] std::optional<std::string> registerFleet(const Fleet& fleet) const;
  void onFlush(const engine::FlushRecord& record);
  void sample();
  void drain();
  bool save(const QString& file);
  void finish();

  SessionPlan m_plan;
  engine::Notifier m_notifier;
  std::shared_ptr<engine::NotificationRing> m_ring;
  std::unique_ptr<sql::SqliteClaim> m_claim;  // none: a server
  std::unique_ptr<FaultStore> m_store;
  std::unique_ptr<engine::Lanes> m_lanes;
  engine::Notifier::Subscription m_subscription;
  const std::shared_ptr<Recorder> m_recorder;
  FleetFeeder m_feeder;
  FleetRegistration m_registration;
  std::unique_ptr<ReplayFeeder> m_replay;  // or the fleet
  QTimer m_timer{this};
  QTimer m_drainTimer{this};
  Instant m_closingSince{};
  bool m_isOverdue = false;
  bool m_isFleetRemoved = false;  // and may only be registered again on request
  std::mutex m_mutex;
  std::vector<models::FlushLine> m_flushes;    // m_mutex
  std::vector<models::RefusedLine> m_refused;  // m_mutex
  std::vector<QString> m_alarms;               // m_mutex
  Duration m_flushTime{};                      // m_mutex
};

}  // namespace metabatch::gui
