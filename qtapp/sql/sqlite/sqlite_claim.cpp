// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_claim.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace metabatch::sql {

std::string SqliteClaim::take(const Database& database, const Config& config, std::unique_ptr<SqliteClaim>& claim) {
  const std::string* const file = database.sqlite_file();
  if (file == nullptr) return {};
  const std::string lock = *file + ".lock";
  const int descriptor = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return lock + ": cannot be opened: " + std::strerror(errno);
  std::unique_ptr<SqliteClaim> made(new SqliteClaim(*file, descriptor));
  std::string wrong = made->change(config);
  if (wrong.empty()) claim = std::move(made);
  return wrong;
}

SqliteClaim::~SqliteClaim() { ::close(descriptor_); }

// Locks of this kind belong to the open file, and are another kind than those of FileLock.
std::string SqliteClaim::change(const Config& config) {
  const bool must_be_alone = config.suppress_unchanged > Duration{};
  struct flock first_byte {};
  first_byte.l_type = must_be_alone ? F_WRLCK : F_RDLCK;
  first_byte.l_whence = SEEK_SET;
  first_byte.l_len = 1;
  if (::fcntl(descriptor_, F_OFD_SETLK, &first_byte) == 0) return {};
  if (errno != EAGAIN && errno != EACCES) return file_ + ".lock: cannot be locked: " + std::strerror(errno);
  if (must_be_alone)
    return "suppress_unchanged: another process writes " + file_ +
           ", and its writes would not be heard; end it, or leave suppress_unchanged off";
  return file_ +
         ": another process writes this file and leaves out values that did not change, so it must be the only one; "
         "turn its suppress_unchanged off, or send the updates to it";
}

}  // namespace metabatch::sql
