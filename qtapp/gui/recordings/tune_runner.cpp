// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/recordings/tune_runner.hpp"

namespace metabatch::gui {

TuneRunner::~TuneRunner() { stop(); }

void TuneRunner::stop() {
  cancel();
  if (m_thread.joinable()) m_thread.join();
}

void TuneRunner::cancel() {
  if (m_isCancelled) *m_isCancelled = true;
}

void TuneRunner::ask(models::WhatIfQuestion question, Duration maxDelay) {
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
  m_thread = std::thread([this, send, maxDelay, question = std::move(question), isCancelled = m_isCancelled] {
    const auto answer = models::tune(
        question, maxDelay, [&] { return isCancelled->load(); },
        [&](std::size_t done, std::size_t size) {
          send([this, done, size] { emit progressed(static_cast<int>(done), static_cast<int>(size)); });
        });
    send([this, answer] {
      m_isRunning = false;
      emit answered(answer);
    });
  });
}

}  // namespace metabatch::gui
