// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>
#include <functional>
#include <memory>

#include "engine/lanes.hpp"
#include "gui/recordings/recorder.hpp"
#include "gui/recordings/replay_feeder.hpp"
#include "gui/session/fault_store.hpp"
#include "gui/session/session_reports.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "sql/database_address.hpp"

namespace metabatch::gui {

/// What to drive, and into which database.
struct SessionPlan {
  /// A second producer beside the fleet. Called in the session's thread with the lanes, and with
  /// nullptr before the lanes end.
  std::function<void(engine::Lanes*)> alsoFeed = {};
  sql::Database database;
  Fleet fleet{};
  ValidConfig config{};
  bool isDemo = false;                 ///< faults may be injected
  std::optional<ReplayPlan> replay{};  ///< in place of the fleet
  /// Creates the fleet's rows again without a request when the database lost them.
  bool registersAgain = false;
};

class SessionWorker;

/// A fleet or a replay, the batcher and its store, all on threads of their own. No call here waits
/// for them: answers come as signals, in the thread of this object.
class LiveSession : public SessionReports {
  Q_OBJECT

 public:
  explicit LiveSession(SessionPlan plan, QObject* parent = nullptr);
  /// Closes the session if it is open, and waits for its end.
  ~LiveSession() override;

  void start();
  void apply(const Config& config);
  void changeFleet(const Fleet& fleet);
  /// Creates the missing rows of the fleet.
  void registerFleet();
  /// Stops the fleet and deletes the rows of its agents. fleetRemoved() follows, or refused().
  void removeFleet();
  void flushNow();
  void setFlushingPaused(bool paused);
  void setFault(Fault fault);
  /// Sends a few values that no database can hold, for the demo.
  void sendRefused();
  // For a replay only.
  void setReplayPaused(bool paused);
  void setReplaySpeed(double speed);
  void skipReplayWait();
  /// Records everything as NDJSON (docs/recording-format.md). An empty name ends the recording, and
  /// recorded() follows.
  void record(const QString& file);
  /// Adds the text of a mark to the recording.
  void mark(const QString& text);
  /// The arrivals of the last minutes.
  [[nodiscard]] models::ArrivalRing arrivals() { return m_recorder->arrivals(); }
  /// Stops the fleet and writes the buffered entries; faults and pauses end. closed() follows when
  /// nothing is buffered any more, or after leave(). overdue() follows after final_flush_timeout;
  /// the session continues to retry.
  void close();
  /// Call it after close(). Stops retrying. The entries that are still buffered are saved to `file`
  /// as NDJSON, or lost when the name is empty.
  void leave(const QString& file);

  [[nodiscard]] const SessionPlan& plan() const { return m_plan; }
  [[nodiscard]] bool isRunning() const { return m_isRunning; }
  [[nodiscard]] bool isClosing() const { return m_isClosing; }

 private:
  /// Calls it in the worker's thread.
  template <class... Parameters>
  void order(void (SessionWorker::*what)(Parameters...), std::decay_t<Parameters>... arguments);

  SessionPlan m_plan;
  QThread m_thread;
  std::shared_ptr<Recorder> m_recorder;
  SessionWorker* m_worker;  // lives in m_thread
  bool m_isRunning = false;
  bool m_isClosing = false;
};

}  // namespace metabatch::gui
