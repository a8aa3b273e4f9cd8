// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/what_if_runner.hpp"

#include <cmath>

namespace metabatch::gui {

WhatIfRunner::~WhatIfRunner() { stop(); }

/// The thread notices it within some milliseconds.
void WhatIfRunner::stop() {
  if (m_isCancelled) *m_isCancelled = true;
  if (m_thread.joinable()) m_thread.join();
}

void WhatIfRunner::cancel() {
  if (m_isCancelled) *m_isCancelled = true;
  ++m_number;
  m_isRunning = false;
}

void WhatIfRunner::ask(models::WhatIfQuestion question) {
  stop();
  m_isCancelled = std::make_shared<std::atomic<bool>>(false);
  m_isRunning = true;
  const int number = ++m_number;
  const auto send = [this, number](auto&& received) {
    QMetaObject::invokeMethod(
        this,
        [this, number, received] {
          if (number == m_number) received();
        },
        Qt::QueuedConnection);
  };
  m_thread = std::thread([this, send, question = std::move(question), isCancelled = m_isCancelled] {
    double reported = 0;
    const auto answer = models::whatIf(
        question, [&] { return isCancelled->load(); },
        [&](double share) {
          if (share - reported < 0.05) return;
          reported = share;
          send([this, share] { emit progressed(share); });
        });
    if (!answer) {  // the result of a cancelled question is not reported
      send([this] {
        m_isRunning = false;
        emit failed();
      });
      return;
    }
    send([this, answer = *answer] {
      m_isRunning = false;
      emit answered(answer);
    });
  });
}

}  // namespace metabatch::gui
