// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace metabatch::gui {

/// Answers one question at a time on a thread of its own. Only the destructor and ask() wait for
/// that thread, and a cancellation makes the wait short.
class QuestionThread {
 public:
  /// Runs a function on the thread of the owner, unless another question was asked meanwhile.
  using Report = std::function<void(std::function<void()>)>;
  /// What the thread does. It calls `answer` once, at the end.
  using Work =
      std::function<void(const std::function<bool()>& isCancelled, const Report& progress, const Report& answer)>;

  /// @shape owner: outlives this
  explicit QuestionThread(QObject* owner) : m_owner(owner) {}
  ~QuestionThread() { stop(); }
  QuestionThread(const QuestionThread&) = delete;
  QuestionThread& operator=(const QuestionThread&) = delete;

  /// Ends the running work first; its answer is not reported.
  void ask(Work work);
  /// The answer of the running work is still reported.
  void cancel();
  /// Cancels, and nothing more is reported.
  void forget();
  [[nodiscard]] bool isRunning() const { return m_isRunning; }

 private:
  void stop();

  QObject* const m_owner;
  std::thread m_thread;
  std::shared_ptr<std::atomic<bool>> m_isCancelled;
  bool m_isRunning = false;
  int m_number = 0;  // of the question; reports of earlier ones are ignored
};

}  // namespace metabatch::gui
