// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/question_thread.hpp"

#include <utility>

namespace metabatch::gui {

void QuestionThread::stop() {
  cancel();
  if (m_thread.joinable()) m_thread.join();
}

void QuestionThread::cancel() {
  if (m_isCancelled) *m_isCancelled = true;
}

void QuestionThread::forget() {
  cancel();
  ++m_number;
  m_isRunning = false;
}

void QuestionThread::ask(Work work) {
  stop();
  m_isCancelled = std::make_shared<std::atomic<bool>>(false);
  m_isRunning = true;
  const auto send = [this, number = ++m_number](std::function<void()> report, bool isLast) {
    QMetaObject::invokeMethod(
        m_owner,
        [this, number, report = std::move(report), isLast] {
          if (number != m_number) return;
          if (isLast) m_isRunning = false;
          report();
        },
        Qt::QueuedConnection);
  };
  m_thread = std::thread([send, work = std::move(work), isCancelled = m_isCancelled] {
    work([isCancelled] { return isCancelled->load(); },
         [send](std::function<void()> report) { send(std::move(report), false); },
         [send](std::function<void()> report) { send(std::move(report), true); });
  });
}

}  // namespace metabatch::gui
