// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>

#include "gui/recordings/question_thread.hpp"
#include "models/charts/what_if.hpp"

namespace metabatch::gui {

/// Answers questions of *What if*, one at a time, beside the thread of the window.
class WhatIfRunner : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Ends the running question first, whose answer is not reported.
  void ask(models::WhatIfQuestion question);
  /// Nothing more is reported.
  void cancel() { m_thread.forget(); }
  [[nodiscard]] bool isRunning() const { return m_thread.isRunning(); }

 signals:
  void progressed(double share);
  void answered(std::shared_ptr<const metabatch::models::WhatIfAnswer> answer);
  /// The simulation is not possible.
  void failed();

 private:
  QuestionThread m_thread{this};
};

}  // namespace metabatch::gui
