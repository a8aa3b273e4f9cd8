// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "gui/recordings/replay_feeder.hpp"
#include "gui/session/fleet_registration.hpp"
#include "metabatch/config.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "models/charts/sample.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/flush_log.hpp"
#include "models/logs/quarantine.hpp"

namespace metabatch::gui {

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

/// What a session reports. The worker reports it in its thread; LiveSession reports the same in the
/// thread of the window.
class SessionReports : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

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
};

}  // namespace metabatch::gui
