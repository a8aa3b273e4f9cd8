// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

struct pg_conn;
struct pg_cancel;

namespace metabatch::sql {

/// A request to end the running work of a connection. request() may be called on any thread;
/// everything else belongs to the thread of the connection.
class PgCancel {
 public:
  PgCancel();
  ~PgCancel();
  PgCancel(const PgCancel&) = delete;
  PgCancel& operator=(const PgCancel&) = delete;

  void request() noexcept;
  [[nodiscard]] bool is_requested() const noexcept { return is_requested_; }
  /// Forgets an earlier request.
  void arm();
  /// Becomes readable when a request comes, so that poll() wakes up.
  [[nodiscard]] int fd() const { return wake_; }

  void attach(pg_conn* handle);
  void detach();
  /// Asks the server to cancel, once since arm(). Does not wait: PQcancel() makes a new connection,
  /// so it is called on a thread of its own.
  void ask_server() noexcept;
  [[nodiscard]] bool is_server_asked() const { return is_asked_; }

 private:
  std::atomic<bool> is_requested_ = false;
  bool is_asked_ = false;
  int wake_ = -1;  // eventfd
  std::mutex mutex_;
  std::shared_ptr<pg_cancel> cancel_;  // mutex_
};

}  // namespace metabatch::sql
