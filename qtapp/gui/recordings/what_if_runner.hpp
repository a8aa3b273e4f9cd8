// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <thread>

#include "models/charts/what_if.hpp"

namespace metabatch::gui {

/// Answers one question at a time on a thread of its own. Nothing here waits for it but the end of the object, which a
/// cancellation makes short.
class WhatIfRunner : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;
  ~WhatIfRunner() override;

  /// Gives up what is being answered.
  void ask(models::WhatIfQuestion question);
  void cancel();
  [[nodiscard]] bool isRunning() const { return m_isRunning; }

 signals:
  void progressed(double share);
  void answered(std::shared_ptr<const metabatch::models::WhatIfAnswer> answer);
  /// There is no such simulation.
  void failed();

 private:
  void stop();

  std::thread m_thread;
  std::shared_ptr<std::atomic<bool>> m_isCancelled;
  bool m_isRunning = false;
  int m_number = 0;  // of the question: what an earlier one still says is not received
};

}  // namespace metabatch::gui
