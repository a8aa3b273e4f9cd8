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

/// What to drive, and into which database.
struct SessionPlan {
  /// A second producer beside the fleet. Called in the session's thread with the lanes, and with
  /// nullptr before the lanes end.
  std::function<void(engine::Lanes*)> alsoFeed = {};
  sql::Database database;
  Fleet fleet;
  Config config;
  bool isDemo = false;                 ///< faults may be injected
  std::optional<ReplayPlan> replay{};  ///< in place of the fleet
  /// Creates the fleet's rows again without a request when the database lost them.
  bool registersAgain = false;
};

/// The state of a running session, as copied values that the session does not change afterwards.
struct SessionSnapshot {
  models::Sample sample;
  std::vector<models::FlushLine> flushes;    ///< flushes since the previous snapshot, in the order of their ends
  std::vector<models::ChannelLine> channel;  ///< notifications since then
  std::vector<models::RefusedLine> refused;  ///< values that the database refused since then
  std::vector<QString> alarms;
  std::optional<models::ReplayProgress> replay;
  std::optional<Registered> registered;  ///< rows of the fleet were created or removed
  std::optional<quint64> recordedBytes;  ///< the size of the running recording
};

/// A recording that has ended.
struct Recorded {
  QString file;
  quint64 bytes = 0;
};

class SessionWorker;

/// A fleet or a replay, the batcher and its store, all on threads of their own. No call here waits
/// for them: answers come as signals, in the thread of this object.
class LiveSession : public QObject {
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

 signals:
  void started();
  /// Nothing was started, or a change was not made.
  void refused(const QString& why);
  void sampled(std::shared_ptr<const metabatch::gui::SessionSnapshot> snapshot);
  void applied(const metabatch::Config& running);
  void fleetChanged(const metabatch::Fleet& fleet);
  void fleetRemoved(quint64 rows);
  void recorded(const metabatch::gui::Recorded& recording);
  /// Closing takes longer than final_flush_timeout.
  void overdue();
  /// leave() could not save the entries, which are still buffered. The operator chooses another
  /// file or none.
  void notSaved(const QString& why);
  /// The session has ended; `lost` entries were neither written nor saved.
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
