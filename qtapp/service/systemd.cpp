// SPDX-License-Identifier: Apache-2.0
#include "service/systemd.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "feed/text_file.hpp"

namespace metabatch::service {
namespace {

constexpr std::size_t kMostPasswords = std::size_t{1} << 20;  // bytes: as much as systemd passes in one credential

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

std::string adopt_password_credential() {
  const std::string folder = environment("CREDENTIALS_DIRECTORY"), file = environment("PGPASSFILE");
  struct stat found {};
  if (folder.empty() || !file.starts_with(folder + "/") || ::stat(file.c_str(), &found) != 0) return {};
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  const feed::TextFile passwords = feed::read_text_file(file, kMostPasswords);
  if (!passwords.problem.empty()) return passwords.problem;
  const int copy = ::memfd_create("pgpass", MFD_CLOEXEC);  // stays open: it has no other name
  const auto size = static_cast<ssize_t>(passwords.text.size());
  if (copy < 0 || ::fchmod(copy, 0600) != 0 || ::write(copy, passwords.text.data(), passwords.text.size()) != size)
    return file + ": cannot be copied: " + std::strerror(errno);
  ::setenv("PGPASSFILE", ("/proc/self/fd/" + std::to_string(copy)).c_str(), 1);
  return {};
}

void notify_manager(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (*path != '/' && *path != '@')) return;
  const std::size_t size = std::strlen(path);
  if (size >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, size);
  if (*path == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
  ::close(socket);
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const char* const interval = std::getenv("WATCHDOG_USEC");
  const char* const pid = std::getenv("WATCHDOG_PID");
  if (interval == nullptr || (pid != nullptr && std::to_string(::getpid()) != pid)) return std::nullopt;
  const long long us = std::atoll(interval);
  if (us <= 0) return std::nullopt;
  return std::chrono::microseconds(us);
}

}  // namespace metabatch::service
