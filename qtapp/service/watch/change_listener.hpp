// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "engine/notifier.hpp"
#include "service/log.hpp"
#include "sql/database_address.hpp"

namespace metabatch::sql {
class PgListener;
}

namespace metabatch::service {

/// Receives the notifications of changes: with LISTEN on a connection of its own for PostgreSQL, from the stores of this process
/// for a file. It feeds one ring, whose reader may be slow.
class ChangeListener {
 public:
  /// `on_resync` is called whenever listening begins: notifications sent before are lost.
  ///
  /// @shape notifier, log: outlive it
  ChangeListener(const sql::Database& database, const std::string& channel, engine::Notifier& notifier, Log& log,
                 std::function<void()> on_resync);
  ~ChangeListener();
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

  [[nodiscard]] const std::shared_ptr<engine::NotificationRing>& ring() const { return ring_; }
  /// Whether notifications arrive; a probe to itself has shown it.
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] std::uint64_t reconnects() const;  ///< times listening began, without the first
  [[nodiscard]] std::uint64_t resyncs() const { return resyncs_; }

 private:
  const std::shared_ptr<engine::NotificationRing> ring_;
  engine::Notifier::Subscription subscription_;
  std::atomic<bool> is_connected_ = false;
  std::atomic<std::uint64_t> begun_ = 0;  // is_connected_ became true
  std::atomic<std::uint64_t> resyncs_ = 0;
  std::unique_ptr<sql::PgListener> listener_;
  std::thread thread_;
};

}  // namespace metabatch::service
