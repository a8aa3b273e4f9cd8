// SPDX-License-Identifier: Apache-2.0
#include "cli/report/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr mode_t kNewFile = 0666;  // less the umask

/// Follows a chain of symbolic links to its end: the file itself is replaced, not the link to it.
std::string behind_links(const std::string& path) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return failed ? path : real.string();
}

/// Opens a file without a name, so that a killed program leaves nothing behind. Returns -1 where
/// the system has no such files.
int open_nameless(const std::string& path) {
  if (::access("/proc/self/fd", X_OK) != 0) return -1;  // it gets its name through this folder
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return ::open(folder.empty() ? "." : folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, kNewFile);
}

bool give_name(int fd, const std::string& name) {
  const std::string here = "/proc/self/fd/" + std::to_string(fd);
  return ::linkat(AT_FDCWD, here.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace

OutputFile::OutputFile(std::string_view flag, const std::string& path)
    : path_(behind_links(path)), shown_(std::string(flag) + ": " + path) {
  struct stat found {};
  const bool is_there = ::stat(path_.c_str(), &found) == 0;
  if (is_there && S_ISDIR(found.st_mode)) throw UsageError(shown_ + ": " + std::strerror(EISDIR));
  if (is_there && !S_ISREG(found.st_mode)) {  // renaming over a device would replace it
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else if (is_there && ::access(path_.c_str(), W_OK) != 0) {
    throw UsageError(shown_ + ": " + std::strerror(errno));
  } else {
    draft_ = path_ + ".new-" + std::to_string(::getpid());
    fd_ = open_nameless(path_);
    is_named_ = fd_ < 0;
    if (is_named_) fd_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kNewFile);
    if (fd_ >= 0 && is_there) (void)::fchmod(fd_, found.st_mode & 07777);
  }
  if (fd_ < 0) throw UsageError(shown_ + ": " + std::strerror(errno));
}

OutputFile::OutputFile(OutputFile&& other) noexcept { *this = std::move(other); }

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(error_, other.error_);
  std::swap(is_named_, other.is_named_);
  path_.swap(other.path_);
  draft_.swap(other.draft_);
  shown_.swap(other.shown_);
  buffer_.swap(other.buffer_);
  return *this;
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  close();
  if (is_named_) ::unlink(draft_.c_str());
}

void OutputFile::close() {
  if (::close(std::exchange(fd_, -1)) != 0 && error_ == 0) error_ = errno;
}

void OutputFile::write(std::string_view bytes) {
  if (fd_ < 0) return;
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) send();
}

void OutputFile::send() {
  std::string_view left = buffer_;
  while (!left.empty() && error_ == 0) {
    const ssize_t put = ::write(fd_, left.data(), left.size());
    if (put < 0 && errno != EINTR) error_ = errno;
    if (put > 0) left.remove_prefix(static_cast<std::size_t>(put));
  }
  buffer_.clear();
}

bool OutputFile::finish(Console& console) {
  if (fd_ < 0) return true;
  send();
  if (error_ == 0 && !draft_.empty() && ::fsync(fd_) != 0) error_ = errno;
  if (error_ == 0 && !draft_.empty() && !is_named_) {
    is_named_ = give_name(fd_, draft_);
    if (!is_named_) error_ = errno;
  }
  close();
  if (error_ == 0 && !draft_.empty() && ::rename(draft_.c_str(), path_.c_str()) != 0) error_ = errno;
  if (error_ == 0) return true;
  if (is_named_) ::unlink(draft_.c_str());
  console.message(shown_ + ": cannot be written: " + std::strerror(error_));
  return false;
}

}  // namespace metabatch::cli
