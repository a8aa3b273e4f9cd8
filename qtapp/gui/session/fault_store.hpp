// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/store.hpp"
#include "metabatch/time.hpp"
#include "models/logs/quarantine.hpp"
#include "sql/refusal.hpp"

namespace metabatch::gui {

/// The faults that the operator can inject.
enum class Fault : std::uint8_t {
  none,
  slow,          ///< each flush takes kSlowFlush longer
  failing,       ///< the database refuses each flush
  disconnected,  ///< the connection is lost before each flush
};
inline constexpr Duration kSlowFlush = std::chrono::milliseconds(1500);

/// A store in front of another one. It can be paused and made to fail by hand, and it stores the
/// chunks of its last flush.
class FaultStore final : public engine::Store {
 public:
  using Payloads = std::shared_ptr<const std::vector<std::string>>;

  explicit FaultStore(std::unique_ptr<engine::Store> inner) : m_inner(std::move(inner)) {}

  void start() override { m_inner->start(); }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override;
  void cancel() noexcept override;
  void stop() override { m_inner->stop(); }

  void setFault(Fault fault);
  /// While paused, a flush waits; adds continue.
  void setPaused(bool paused);
  /// The chunks of the last flush. On the flusher's thread only.
  [[nodiscard]] Payloads lastChunks() const { return m_chunks; }
  /// Ends the running flush, and every later one at once. Any thread.
  void abandon() noexcept;
  /// Why the inner store quarantines an entry of the running flush. On the flusher's thread only.
  void onRefusal(const Update& entry, const sql::Refusal& refusal);
  /// How long the last flush waited because flushing was paused. On the flusher's thread only.
  [[nodiscard]] Duration pausedTime() const { return m_pausedTime; }
  /// The entries that the last flush quarantined. On the flusher's thread only.
  [[nodiscard]] std::vector<models::RefusedLine> takeRefused() { return std::exchange(m_refused, {}); }

 private:
  const std::unique_ptr<engine::Store> m_inner;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  Fault m_fault = Fault::none;  // m_mutex
  bool m_isPaused = false;      // m_mutex
  bool m_isCancelled = false;   // m_mutex
  bool m_isAbandoned = false;   // m_mutex
  // Belongs to the flusher's thread:
  Duration m_pausedTime{};
  Payloads m_chunks;
  std::vector<models::RefusedLine> m_refused;
};

}  // namespace metabatch::gui
