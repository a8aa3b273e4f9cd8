// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_cancel.hpp"

#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

namespace metabatch::sql {
namespace {

/// PQcancel() sends without MSG_NOSIGNAL: where the server hangs up at once, SIGPIPE would end the
/// program. One that is pending ends with the thread.
void block_pipe_signal() {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

}  // namespace

PgCancel::PgCancel() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PgCancel::~PgCancel() { ::close(wake_); }

void PgCancel::request() noexcept {
  is_requested_ = true;
  ::eventfd_write(wake_, 1);
}

void PgCancel::arm() {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_, &ignored);
  is_requested_ = false;
  is_asked_ = false;
}

void PgCancel::attach(pg_conn* handle) {
  const std::lock_guard lock(mutex_);
  cancel_ = std::shared_ptr<pg_cancel>(PQgetCancel(handle), PQfreeCancel);
}

void PgCancel::detach() {
  const std::lock_guard lock(mutex_);
  cancel_.reset();
}

void PgCancel::ask_server() noexcept {
  if (is_asked_) return;
  is_asked_ = true;
  std::shared_ptr<pg_cancel> cancel;
  {
    const std::lock_guard lock(mutex_);
    cancel = cancel_;
  }
  if (!cancel) return;
  std::thread([cancel] {
    block_pipe_signal();
    char error[256];
    PQcancel(cancel.get(), error, sizeof error);
  }).detach();
}

}  // namespace metabatch::sql
