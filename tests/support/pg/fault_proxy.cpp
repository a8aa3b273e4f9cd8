// SPDX-License-Identifier: Apache-2.0
#include "support/pg/fault_proxy.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QtGlobal>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace metabatch::test {
namespace {

constexpr auto kSlowPiece = std::chrono::milliseconds(20);
constexpr auto kLateness = std::chrono::milliseconds(50);
constexpr std::size_t kSlowBytes = 1000;
constexpr auto kPollPause = std::chrono::milliseconds(10);

sockaddr_un name_of(const std::string& folder) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, (folder + "/.s.PGSQL.5432").c_str(), sizeof name.sun_path - 1);
  return name;
}

bool send_all(int to, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(to, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

FaultProxy::FaultProxy(std::string server_folder)
    : server_folder_(std::move(server_folder)), folder_("/tmp/mb-px-XXXXXX") {
  if (::mkdtemp(folder_.data()) == nullptr) qFatal("cannot make a folder in /tmp");
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un name = name_of(folder_);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 || ::listen(listener_, 16) != 0)
    qFatal("cannot listen");
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

FaultProxy::~FaultProxy() {
  is_ending_ = true;
  ::eventfd_write(wake_, 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void FaultProxy::set(Fault fault) {
  fault_ = fault;
  ::eventfd_write(wake_, 1);
}

bool FaultProxy::has_accepted() {
  for (int looks = 0; looks < 2000 && !has_accepted_; ++looks) std::this_thread::sleep_for(kPollPause);
  return has_accepted_;
}

std::string FaultProxy::address() const { return "host=" + folder_ + " port=5432 user=postgres dbname=postgres"; }

void FaultProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un name = name_of(server_folder_);
  const bool is_through =
      fault_ != Fault::refuse && ::connect(server, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  if (is_through)
    pairs_.push_back({client, server});
  else
    ::close(client), ::close(server);
  has_accepted_ = true;
}

bool FaultProxy::pump(int from, int to, bool is_answer) {
  char bytes[65536];
  const bool is_slow = fault_ == Fault::slow;
  if (is_slow) std::this_thread::sleep_for(kSlowPiece);
  if (fault_ == Fault::late) std::this_thread::sleep_for(kLateness);
  const ssize_t got = ::recv(from, bytes, is_slow ? kSlowBytes : sizeof bytes, 0);
  if (got <= 0) return false;
  const Fault cut = is_answer ? Fault::cut_answer : Fault::cut_request;
  if (fault_ == cut) {
    fault_ = Fault::none;
    return false;
  }
  return send_all(to, bytes, static_cast<std::size_t>(got));
}

void FaultProxy::run() {
  while (!is_ending_) {
    std::vector<pollfd> watched = {{.fd = wake_, .events = POLLIN, .revents = 0},
                                   {.fd = listener_, .events = POLLIN, .revents = 0}};
    const bool is_deaf = fault_ == Fault::swallow;
    for (const Pair& pair : pairs_) {
      watched.push_back({.fd = is_deaf ? -1 : pair.client, .events = POLLIN, .revents = 0});
      watched.push_back({.fd = is_deaf ? -1 : pair.server, .events = POLLIN, .revents = 0});
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    eventfd_t ignored = 0;
    ::eventfd_read(wake_, &ignored);
    std::vector<Pair> alive;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const Pair pair = pairs_[i];
      const bool is_over = (watched[2 + 2 * i].revents != 0 && !pump(pair.client, pair.server, false)) ||
                           (watched[3 + 2 * i].revents != 0 && !pump(pair.server, pair.client, true));
      if (is_over)
        ::close(pair.client), ::close(pair.server);
      else
        alive.push_back(pair);
    }
    pairs_ = alive;
    if (watched[1].revents != 0) accept_one();
  }
  for (const Pair& pair : pairs_) ::close(pair.client), ::close(pair.server);
}

}  // namespace metabatch::test
