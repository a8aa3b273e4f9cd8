// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>
#include <functional>
#include <memory>
#include <vector>

#include "engine/live_fleet.hpp"
#include "engine/lanes.hpp"
#include "gui/session/fault_store.hpp"
#include "gui/session/fleet_registration.hpp"
#include "gui/session/replay_feeder.hpp"
#include "gui/session/session_recorder.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/flush_log.hpp"
#include "models/logs/quarantine.hpp"
#include "models/charts/sample.hpp"
#include "sql/database_address.hpp"

namespace metabatch::gui {

/// What to drive, and where to.
struct SessionPlan {
  /// Another source beside the fleet: told what it may add to, and nullptr before that ends. In the session's own thread.
  std::function<void(engine::Lanes*)> alsoFeed = {};
  sql::Database database;
  engine::FleetOptions fleet;
  Config config;
  bool isDemo = false;                 ///< faults may be injected
  std::optional<ReplayPlan> replay{};  ///< in place of the fleet
  /// The fleet's rows are created again where the database lost them, without being asked to.
  bool registersAgain = false;
};

/// What the window is shown of a running session: copied values, nothing that the session goes on changing.
struct Look {
  models::Sample sample;
  std::vector<models::FlushLine> flushes;    ///< ended since the last look, in that order
  std::vector<models::ChannelLine> channel;  ///< notifications since then
  std::vector<models::RefusedLine> refused;  ///< values that the database refused since then
  std::vector<QString> alarms;
  std::optional<models::ReplayProgress> replay;
  std::optional<Registered> registered;  ///< the fleet, once more
};

class SessionWorker;

/// A fleet, the batcher and its store, all on threads of their own. No call here waits for any of them: answers come as
/// signals, in the thread of the session.
class LiveSession : public QObject {
  Q_OBJECT

 public:
  explicit LiveSession(SessionPlan plan, QObject* parent = nullptr);
  /// Closes, and waits for it where that was not over.
  ~LiveSession() override;

  void start();
  void apply(const Config& config);
  void changeFleet(const engine::FleetOptions& fleet);
  /// Creates the rows of the fleet that are missing.
  void registerFleet();
  void flushNow();
  void setFlushingPaused(bool paused);
  void setFault(Fault fault);
  /// Sends a few values that no database can hold, for the demo.
  void sendRefused();
  // Of a replay.
  void setReplayPaused(bool paused);
  void setReplaySpeed(double speed);
  void skipReplayWait();
  /// Records all that happens as NDJSON (docs/recording-format.md); an empty name ends that.
  void record(const QString& file);
  /// A word for the recording, where the charts are marked.
  void note(const QString& text);
  /// What arrived in the last minutes.
  [[nodiscard]] models::ArrivalRing arrivals() { return m_recorder->arrivals(); }
  /// Writes what is held, within final_flush_timeout; faults and pauses end. closed() follows.
  void close();

  [[nodiscard]] const SessionPlan& plan() const { return m_plan; }
  [[nodiscard]] bool isRunning() const { return m_isRunning; }
  [[nodiscard]] bool isClosing() const { return m_isClosing; }

 signals:
  void started();
  /// Nothing was begun, or a change was not made.
  void refused(const QString& why);
  void looked(std::shared_ptr<const metabatch::gui::Look> look);
  void applied(const metabatch::Config& running);
  void fleetChanged(const metabatch::engine::FleetOptions& fleet);
  /// All is over; `held` entries could not be written.
  void closed(quint64 held);

 private:
  SessionPlan m_plan;
  QThread m_thread;
  std::shared_ptr<SessionRecorder> m_recorder;
  SessionWorker* m_worker;  // lives in m_thread
  bool m_isRunning = false;
  bool m_isClosing = false;
};

}  // namespace metabatch::gui
