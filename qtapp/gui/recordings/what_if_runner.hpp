// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <thread>

#include "models/charts/what_if.hpp"

namespace metabatch::gui {

/// Answers one question at a time on a thread of its own. Only the destructor waits for that
/// thread, and a cancellation makes the wait short.
class WhatIfRunner : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~WhatIfRunner() override;

  /// Cancels the running question.
  void ask(models::WhatIfQuestion question);
  void cancel();
  [[nodiscard]] bool isRunning() const { return m_isRunning; }

 signals:
  void progressed(double share);
  void answered(std::shared_ptr<const metabatch::models::WhatIfAnswer> answer);
  /// The simulation is not possible.
  void failed();

 private:
  void stop();

  std::thread m_thread;
  std::shared_ptr<std::atomic<bool>> m_isCancelled;
  bool m_isRunning = false;
  int m_number = 0;  // of the question; results of earlier ones are ignored
};

}  // namespace metabatch::gui
