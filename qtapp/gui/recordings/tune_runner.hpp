// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "gui/recordings/question_thread.hpp"
#include "models/tuning/tuning.hpp"

namespace metabatch::gui {

/// Searches settings, one question at a time, beside the thread of the window.
class TuneRunner : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Ends the running search first, whose answer is not reported.
  void ask(models::WhatIfQuestion question, Duration maxDelay);
  /// answered() follows with what was tried so far.
  void cancel() { m_thread.cancel(); }
  [[nodiscard]] bool isRunning() const { return m_thread.isRunning(); }

 signals:
  void progressed(int done, int size);
  /// Null: nothing was tried.
  void answered(std::shared_ptr<const metabatch::models::TuneAnswer> answer);

 private:
  QuestionThread m_thread{this};
};

}  // namespace metabatch::gui
