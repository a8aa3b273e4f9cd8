// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace metabatch::service {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/// Removes a socket on which nobody answers.
///
/// @return "", or why the path cannot be used
std::string make_room(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return errno == ENOENT ? std::string() : std::strerror(errno);
  if (!S_ISSOCK(found.st_mode)) return "the file is there, and is not a socket";
  const int probe = new_socket();
  if (probe < 0) return std::strerror(errno);
  const sockaddr_un address = address_of(path);
  const int connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int failed = connected == 0 ? 0 : errno;
  ::close(probe);
  if (failed == 0 || failed == EAGAIN) return "another process answers there";  // EAGAIN: its backlog is full
  if (failed != ECONNREFUSED) return std::string("a socket is there that cannot be tried: ") + std::strerror(failed);
  return ::unlink(path.c_str()) == 0 ? std::string() : std::strerror(errno);
}

}  // namespace

std::variant<std::unique_ptr<UnixSocket>, std::string> UnixSocket::listen(const std::string& path, mode_t mode,
                                                                          int backlog) {
  auto lock = FileLock::take(path, "listens there; one socket serves one process");
  if (std::string* const wrong = std::get_if<std::string>(&lock)) return std::move(*wrong);
  const int descriptor = new_socket();
  if (descriptor < 0) return path + ": " + std::strerror(errno);
  auto made = std::unique_ptr<UnixSocket>(new UnixSocket(path, descriptor, std::get<0>(std::move(lock))));
  if (const std::string wrong = made->bind(mode, backlog); !wrong.empty()) return path + ": " + wrong;
  return made;
}

std::string UnixSocket::bind(mode_t mode, int backlog) {
  if (std::string wrong = make_room(path_); !wrong.empty()) return wrong;
  const sockaddr_un address = address_of(path_);
  if (::fchmod(descriptor_, 0600) != 0 ||  // of the file that bind makes
      ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::lstat(path_.c_str(), &made_) != 0 || ::chmod(path_.c_str(), mode) != 0 || ::listen(descriptor_, backlog) != 0)
    return std::strerror(errno);
  return {};
}

UnixSocket::~UnixSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
  struct stat found {};
  const bool is_ours = made_.st_ino != 0 && ::lstat(path_.c_str(), &found) == 0 && found.st_ino == made_.st_ino &&
                       found.st_dev == made_.st_dev;
  if (is_ours) ::unlink(path_.c_str());
}

}  // namespace metabatch::service
