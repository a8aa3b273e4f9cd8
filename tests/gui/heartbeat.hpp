// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>
#include <fstream>

namespace metabatch::gui {

/// Measures how long the event loop of its thread is blocked. Time in which the thread was ready to
/// run but had no processor is not counted, so that a busy machine does not look like a window that
/// blocks.
class Heartbeat : public QObject {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kEvery{5};

  Heartbeat() {
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Heartbeat::beat);
    restart();
    m_timer.start(kEvery);
  }

  /// The current operation, for the report of the longest block.
  void setDoing(const QString& what) { m_doing = what; }
  void restart() {
    forgive();
    m_longest = {};
    m_beats = 0;
  }
  /// Excludes the test's own work since the last beat.
  void forgive() {
    m_last = Clock::now();
    m_lastWait = waitedForProcessor();
  }
  [[nodiscard]] double longestMs() const { return std::chrono::duration<double, std::milli>(m_longest).count(); }
  [[nodiscard]] QString longestWhile() const { return m_longestDoing; }
  [[nodiscard]] int beats() const { return m_beats; }

 private:
  void beat() {
    const Clock::time_point now = Clock::now();
    const std::chrono::nanoseconds wait = waitedForProcessor();
    const std::chrono::nanoseconds blocked = now - m_last - kEvery - (wait - m_lastWait);
    if (blocked > m_longest) {
      m_longest = blocked;
      m_longestDoing = m_doing;
    }
    m_last = now;
    m_lastWait = wait;
    ++m_beats;
  }
  /// @source Linux, Documentation/scheduler/sched-stats.rst: /proc/<pid>/schedstat, time spent
  ///         waiting on a runqueue, ns
  static std::chrono::nanoseconds waitedForProcessor() {
    std::ifstream file("/proc/thread-self/schedstat");
    long long ran = 0, waited = 0;
    file >> ran >> waited;
    return std::chrono::nanoseconds(waited);
  }

  QTimer m_timer;
  Clock::time_point m_last;
  std::chrono::nanoseconds m_lastWait{};
  std::chrono::nanoseconds m_longest{};
  QString m_doing, m_longestDoing;
  int m_beats = 0;
};

}  // namespace metabatch::gui
