// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "engine/notifier.hpp"
#include "service/log.hpp"
#include "sql/database_address.hpp"

namespace metabatch::sql {
class PgListener;
}

namespace metabatch::service {

/// The one place where a service hears of changes: LISTEN on a connection of its own for PostgreSQL, the stores of this
/// process for a file. Feeds one ring, which whoever reads may be slow to read.
class ChangeListener {
 public:
  /// @shape notifier, log: outlive it
  ChangeListener(const sql::Database& database, const std::string& channel, engine::Notifier& notifier, Log& log);
  ~ChangeListener();
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

  [[nodiscard]] const std::shared_ptr<engine::NotificationRing>& ring() const { return ring_; }
  /// What is told is heard: found out by telling oneself.
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] std::uint64_t reconnects() const;  ///< times change_listener began but for the first
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
