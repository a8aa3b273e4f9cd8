// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <thread>

#include "models/tuning/tuning.hpp"

namespace metabatch::gui {

/// Searches settings on a thread of its own, one question at a time. Only the destructor and ask()
/// wait for that thread, and a cancellation makes the wait short.
class TuneRunner : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~TuneRunner() override;

  /// Ends the running search first, whose answer is not reported.
  void ask(models::WhatIfQuestion question, Duration maxDelay);
  /// answered() follows with what was tried so far.
  void cancel();
  [[nodiscard]] bool isRunning() const { return m_isRunning; }

 signals:
  void progressed(int done, int size);
  /// Null: nothing was tried.
  void answered(std::shared_ptr<const metabatch::models::TuneAnswer> answer);

 private:
  void stop();

  std::thread m_thread;
  std::shared_ptr<std::atomic<bool>> m_isCancelled;
  bool m_isRunning = false;
  int m_number = 0;  // of the question; results of earlier ones are ignored
};

}  // namespace metabatch::gui
