// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "feed/input_file.hpp"
#include "feed/intake.hpp"
#include "fleet/arrival_times.hpp"
#include "gui/recordings/recorder.hpp"
#include "models/recordings/replay_progress.hpp"

namespace metabatch::gui {

/// What to play, and how.
struct ReplayPlan {
  QString file;                  ///< or a named pipe; `-`: standard input
  double speed = 1;              ///< times the recorded pace; 0: as fast as possible
  bool registersMissing = true;  ///< a flush creates the missing rows
};

/// Reads recorded updates on a thread of its own and adds each one when it is due. The spans
/// between arrivals (at_us where the recording has it, else collected_at) are kept, divided by the
/// speed. It waits for capacity, so nothing is dropped. All calls come from one thread.
class ReplayFeeder {
 public:
  ~ReplayFeeder();

  /// Opens the input; the writer of a pipe may come later.
  ///
  /// @return why it cannot be read, or nothing
  std::optional<std::string> open(const ReplayPlan& plan);
  /// Call it once, after open().
  ///
  /// @owns `lanes` and `recorder`, which records every report, must outlive the feeder, or join()
  ///       comes first
  void start(engine::Lanes& lanes, const Config& config, Recorder& recorder);
  /// Ends soon: at once when it waits for a time or for bytes; when it waits for capacity, as soon
  /// as the lanes close.
  void requestStop();
  void join();

  void setPaused(bool paused);
  void setSpeed(double speed);
  /// Does not wait for the next line, however late it is due; recorded time continues from there.
  void skipWait();
  /// Call it after the capacity was changed.
  void setLane(const Config& config);

  [[nodiscard]] std::uint64_t reports() const { return m_intake ? m_intake->reports() : 0; }
  /// Moves the problems out.
  models::ReplayProgress takeProgress();

 private:
  using Clock = std::chrono::steady_clock;
  struct ReportId {
    Uuid agent;
    WallTime stamp{};
    Duration arrival{};
    bool hasOwnTime = false;
    bool operator==(const ReportId&) const = default;
  };

  void run();
  bool isOfTheReportBefore(const feed::Record& record, std::optional<Duration> arrival);
  bool waitUntilDue(const feed::Record& record, std::optional<Duration> arrival);
  std::optional<Duration> arrivalOf(const feed::Record& record);
  [[nodiscard]] double secondsLeft() const;
  void goOnFrom(double position);
  [[nodiscard]] double position() const;
  void complain(std::uint64_t line, const std::string& what);

  std::unique_ptr<feed::Input> m_input;
  std::unique_ptr<feed::Intake> m_intake;
  feed::Stop m_stop;
  std::thread m_thread;
  ArrivalTimes m_times;              // belongs to the reading thread
  std::optional<ReportId> m_report;  // of the previous update; belongs to the reading thread
  std::atomic<std::uint64_t> m_bytes = 0;
  std::atomic<std::uint64_t> m_untimed = 0;
  mutable std::mutex m_mutex;
  std::condition_variable m_changed;
  // All below: m_mutex.
  models::ReplayState m_end = models::ReplayState::reading;  // ended or failed, once the replay is over
  QString m_why;
  bool m_isPaused = false;
  bool m_isStopping = false;
  bool m_isSkipping = false;
  double m_speed = 1;
  std::optional<double> m_from;  // seconds of recorded time at the instant m_fromAt
  Clock::time_point m_fromAt;
  std::optional<double> m_next;  // of the waiting line
  std::optional<WallTime> m_sent;
  std::vector<models::LineProblem> m_problems;
  quint64 m_unreported = 0;
};

}  // namespace metabatch::gui
