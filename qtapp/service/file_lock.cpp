// SPDX-License-Identifier: Apache-2.0
#include "service/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace metabatch::service {

std::variant<std::unique_ptr<FileLock>, std::string> FileLock::take(const std::string& path, const std::string& use) {
  const std::string lock = path + ".lock";
  const int descriptor = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return lock + ": cannot be opened: " + std::strerror(errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(new FileLock(descriptor));
  const int failed = errno;
  ::close(descriptor);
  if (failed == EWOULDBLOCK) return path + ": another metabatch serve " + use;
  return lock + ": cannot be locked: " + std::strerror(failed);
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace metabatch::service
