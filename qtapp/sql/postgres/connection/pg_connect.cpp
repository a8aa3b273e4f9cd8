// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_connect.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace metabatch::sql {
namespace {

using Clock = std::chrono::steady_clock;

/// State that the two threads share.
struct Connecting {
  ~Connecting() { ::close(done_fd); }
  const int done_fd = ::eventfd(0, EFD_CLOEXEC);
  std::mutex mutex;
  bool is_abandoned = false;  // mutex
  bool is_done = false;       // mutex
  PgConnected result;         // mutex
};

struct Finish {
  void operator()(pg_conn* handle) const { PQfinish(handle); }
};
using Handle = std::unique_ptr<pg_conn, Finish>;

void keep_notice(void* notices, const char* text) {
  static_cast<std::vector<std::string>*>(notices)->emplace_back(text);
}

Handle begin(const PgAddress& address, std::vector<std::string>& notices) {
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : address.values()) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  Handle handle(PQconnectStartParams(keywords.data(), values.data(), 0));
  if (!handle) return handle;
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // the only way to the SQLSTATE of a failed connect
  PQsetNoticeProcessor(handle.get(), keep_notice, &notices);
  return handle;
}

/// Continues until it is connected, has failed, or a host was silent for its limit. @return false:
/// silent
bool drive(pg_conn* handle, std::chrono::milliseconds host_limit) {
  std::string host;
  auto deadline = Clock::now() + host_limit;
  for (PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;;) {
    const char* const name = PQhost(handle);
    const char* const port = PQport(handle);
    if (std::string now = std::string(name != nullptr ? name : "") + "\n" + (port != nullptr ? port : "");
        now != host) {
      host = std::move(now);
      deadline = Clock::now() + host_limit;
    }
    pollfd watched{.fd = PQsocket(handle),
                   .events = static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                   .revents = 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = watched.fd < 0 ? 1 : ::poll(&watched, 1, static_cast<int>(left));
    if (ready == 0) return false;
    if (ready < 0 && errno == EINTR) continue;
    wanted = PQconnectPoll(handle);
    if (wanted == PGRES_POLLING_OK || wanted == PGRES_POLLING_FAILED) return true;
  }
}

std::vector<std::string> items(const std::string& list) {
  std::vector<std::string> found(1);
  for (const char c : list)
    if (c == ',')
      found.emplace_back();
    else
      found.back() += c;
  return found;
}

/// Returns the address without its hosts up to the silent one; nothing when no other is left.
std::optional<PgAddress> behind(const PgAddress& address, pg_conn* handle) {
  const std::size_t hosts = address.hosts();
  const std::string silent = PQhost(handle) != nullptr ? PQhost(handle) : "";
  const std::vector<std::string> names = items(address.value(address.value("host").empty() ? "hostaddr" : "host"));
  for (std::size_t at = 0; at + 1 < hosts && at < names.size(); ++at) {
    if (names[at] != silent) continue;
    PgAddress rest = address;
    for (const char* const keyword : {"host", "hostaddr", "port"}) {
      const std::vector<std::string> all = items(address.value(keyword));
      if (all.size() != hosts) continue;  // one port for all of them
      std::string kept;
      for (std::size_t i = at + 1; i < hosts; ++i) kept += (i > at + 1 ? "," : "") + all[i];
      rest.set(keyword, kept);
    }
    return rest;
  }
  return std::nullopt;
}

PgConnected connect_on_this_thread(PgAddress address, std::chrono::milliseconds host_limit) {
  PgConnected result;
  for (;;) {
    Handle handle = begin(address, result.notices);
    if (!handle) return {.message = "out of memory"};
    const bool is_silent = !drive(handle.get(), host_limit);
    if (!is_silent && PQstatus(handle.get()) == CONNECTION_OK) {
      PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
      PQsetNoticeProcessor(
          handle.get(), [](void*, const char*) {}, nullptr);  // the owner sets its own
      result.handle = handle.release();
      return result;
    }
    result.needs_password = !is_silent && PQconnectionNeedsPassword(handle.get()) == 1;
    result.message +=
        is_silent ? "the server accepted the connection and then did not answer" : PQerrorMessage(handle.get());
    std::optional<PgAddress> others = is_silent ? behind(address, handle.get()) : std::nullopt;
    if (!others) return result;
    result.message += '\n';
    address = std::move(*others);
  }
}

}  // namespace

PgConnected connect_to(const PgAddress& address, int limit_ms, int host_limit_ms, int wake_fd) {
  const auto connecting = std::make_shared<Connecting>();
  std::thread([connecting, address, host_limit_ms] {
    PgConnected result = connect_on_this_thread(address, std::chrono::milliseconds(host_limit_ms));
    const std::lock_guard lock(connecting->mutex);
    if (connecting->is_abandoned) PQfinish(result.handle);
    connecting->result = std::move(result);
    connecting->is_done = true;
    ::eventfd_write(connecting->done_fd, 1);
  }).detach();
  pollfd watched[] = {{.fd = connecting->done_fd, .events = POLLIN, .revents = 0},
                      {.fd = wake_fd, .events = POLLIN, .revents = 0}};
  while (::poll(watched, 2, limit_ms) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(connecting->mutex);
  if (connecting->is_done) return std::move(connecting->result);
  connecting->is_abandoned = true;
  return {.message = "no answer", .is_abandoned = true};
}

}  // namespace metabatch::sql
