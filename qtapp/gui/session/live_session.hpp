// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>
#include <functional>
#include <memory>
#include <vector>

#include "engine/lanes.hpp"
#include "gui/recordings/recorder.hpp"
#include "gui/recordings/replay_feeder.hpp"
#include "gui/session/fault_store.hpp"
#include "gui/session/fleet_registration.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "models/charts/sample.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/flush_log.hpp"
#include "models/logs/quarantine.hpp"
#include "sql/database_address.hpp"

namespace metabatch::gui {

/// What to drive, and where to.
struct SessionPlan {
  /// Another producer beside the fleet. Called in the session's own thread with what it may add to, and with nullptr before
  /// that ends.
  std::function<void(engine::Lanes*)> alsoFeed = {};
  sql::Database database;
  Fleet fleet;
  Config config;
  bool isDemo = false;                 ///< faults may be injected
  std::optional<ReplayPlan> replay{};  ///< in place of the fleet
  /// The fleet's rows are created again where the database lost them, without being asked to.
  bool registersAgain = false;
};

/// What a running session shows of itself: copied values, which the session changes no more.
struct SessionSnapshot {
  models::Sample sample;
  std::vector<models::FlushLine> flushes;    ///< ended since the snapshot before, in that order
  std::vector<models::ChannelLine> channel;  ///< notifications since then
  std::vector<models::RefusedLine> refused;  ///< values that the database refused since then
  std::vector<QString> alarms;
  std::optional<models::ReplayProgress> replay;
  std::optional<Registered> registered;  ///< rows of the fleet were created or removed
  std::optional<quint64> recordedBytes;  ///< the size of the recording that is being written
};

/// A recording that has ended.
struct Recorded {
  QString file;
  quint64 bytes = 0;
};

class SessionWorker;

/// A fleet or a replay, the batcher and its store, all on threads of their own. No call here waits for any of them: answers
/// come as signals, in the thread of this object.
class LiveSession : public QObject {
  Q_OBJECT

 public:
  explicit LiveSession(SessionPlan plan, QObject* parent = nullptr);
  /// Closes, and waits for it where that was not over.
  ~LiveSession() override;

  void start();
  void apply(const Config& config);
  void changeFleet(const Fleet& fleet);
  /// Creates the rows of the fleet that are missing.
  void registerFleet();
  /// Stops the fleet and deletes the rows of its agents. fleetRemoved() follows, or refused().
  void removeFleet();
  void flushNow();
  void setFlushingPaused(bool paused);
  void setFault(Fault fault);
  /// Sends a few values that no database can hold, for the demo.
  void sendRefused();
  // Of a replay.
  void setReplayPaused(bool paused);
  void setReplaySpeed(double speed);
  void skipReplayWait();
  /// Records all that happens as NDJSON (docs/recording-format.md); an empty name ends that, and recorded() follows.
  void record(const QString& file);
  /// Adds the text of a mark to the recording.
  void mark(const QString& text);
  /// What arrived in the last minutes.
  [[nodiscard]] models::ArrivalRing arrivals() { return m_recorder->arrivals(); }
  /// Stops the fleet and writes what is buffered; faults and pauses end. closed() follows when nothing is buffered any more, or
  /// after leave(). overdue() comes after final_flush_timeout, and what is buffered is tried further.
  void close();
  /// After close(): tries no more. What is still buffered is saved to `file` as NDJSON, or lost where the name is empty.
  void leave(const QString& file);

  [[nodiscard]] const SessionPlan& plan() const { return m_plan; }
  [[nodiscard]] bool isRunning() const { return m_isRunning; }
  [[nodiscard]] bool isClosing() const { return m_isClosing; }

 signals:
  void started();
  /// Nothing was begun, or a change was not made.
  void refused(const QString& why);
  void sampled(std::shared_ptr<const metabatch::gui::SessionSnapshot> snapshot);
  void applied(const metabatch::Config& running);
  void fleetChanged(const metabatch::Fleet& fleet);
  void fleetRemoved(quint64 rows);
  void recorded(const metabatch::gui::Recorded& recording);
  /// Closing takes longer than final_flush_timeout.
  void overdue();
  /// leave() could not save the entries, which are still buffered: another file, or none?
  void notSaved(const QString& why);
  /// All is over; `lost` entries were neither written nor saved.
  void closed(quint64 lost);

 private:
  SessionPlan m_plan;
  QThread m_thread;
  std::shared_ptr<Recorder> m_recorder;
  SessionWorker* m_worker;  // lives in m_thread
  bool m_isRunning = false;
  bool m_isClosing = false;
};

}  // namespace metabatch::gui
