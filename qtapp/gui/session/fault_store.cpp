// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fault_store.hpp"

#include "engine/clock.hpp"

namespace metabatch::gui {
namespace {

FlushOutcome failed(FailureClass failure, const char* sqlstate, const char* message) {
  FlushOutcome outcome;
  outcome.failure = failure;
  outcome.sqlstate = sqlstate;
  outcome.message = message;
  return outcome;
}

}  // namespace

FlushOutcome FaultStore::flush(std::span<const Update> entries, std::span<const std::string> chunks) {
  m_refused.clear();
  m_chunks = std::make_shared<const std::vector<std::string>>(chunks.begin(), chunks.end());
  Fault fault = Fault::none;
  {
    std::unique_lock lock(m_mutex);
    m_isCancelled = false;
    const Instant before = engine::system_clock().now();
    m_changed.wait(lock, [&] { return !m_isPaused || m_isCancelled || m_isAbandoned; });
    m_pausedTime = engine::system_clock().now() - before;
    if (m_fault == Fault::slow)
      m_changed.wait_for(lock, kSlowFlush, [&] { return m_fault != Fault::slow || m_isCancelled || m_isAbandoned; });
    if (m_isCancelled || m_isAbandoned) return failed(FailureClass::timeout, "57014", "cancelled");
    fault = m_fault;
  }
  if (fault == Fault::failing)
    return failed(FailureClass::other, "XX000", "injected fault: the database refuses to write");
  if (fault == Fault::disconnected)
    return failed(FailureClass::connection, "08006", "injected fault: the connection is lost");
  FlushOutcome outcome = m_inner->flush(entries, chunks);
  if (outcome.failure != FailureClass::none) m_refused.clear();  // the whole batch is retried
  return outcome;
}

void FaultStore::onRefusal(const Update& entry, const sql::Refusal& refusal) {
  // A bisection that starts again finds the same entries again.
  std::erase_if(m_refused, [&](const auto& one) { return one.agent == entry.agent && one.key == entry.key; });
  m_refused.push_back({engine::system_clock().wall_now(), entry.agent, std::string(entry.key), std::string(entry.value),
                       std::string(entry.error), entry.collected_at, refusal.sqlstate, refusal.why});
}

void FaultStore::cancel() noexcept {
  {
    const std::lock_guard lock(m_mutex);
    m_isCancelled = true;
  }
  m_changed.notify_all();
  m_inner->cancel();
}

void FaultStore::abandon() noexcept {
  {
    const std::lock_guard lock(m_mutex);
    m_isAbandoned = true;
  }
  m_changed.notify_all();
  m_inner->cancel();
}

void FaultStore::setFault(Fault fault) {
  {
    const std::lock_guard lock(m_mutex);
    m_fault = fault;
  }
  m_changed.notify_all();
}

void FaultStore::setPaused(bool paused) {
  {
    const std::lock_guard lock(m_mutex);
    m_isPaused = paused;
  }
  m_changed.notify_all();
}

}  // namespace metabatch::gui
