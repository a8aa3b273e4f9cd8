// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "service/file_lock.hpp"

namespace metabatch::service {

/// A Unix socket that listens, and its file. The file is removed at the end, if it is still the one
/// that was made.
///
/// A file that a killed process left there is replaced: nobody answers on it. Anything else that is
/// there is left alone, and so is a socket on which somebody answers. PATH.lock keeps two services
/// that start at one moment from replacing each other's file.
class UnixSocket {
 public:
  /// @shape path: at most 107 bytes; mode: of the file, such as 0660. Nobody can connect before the
  ///        file has it.
  /// @return or why it cannot listen there, in words
  static std::variant<std::unique_ptr<UnixSocket>, std::string> listen(const std::string& path, mode_t mode,
                                                                       int backlog);
  /// Closes the socket, if it was not taken, and removes the file.
  ~UnixSocket();
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  /// The caller closes it.
  [[nodiscard]] int take_descriptor() { return std::exchange(descriptor_, -1); }

 private:
  UnixSocket(std::string path, int descriptor, std::unique_ptr<FileLock> lock)
      : path_(std::move(path)), descriptor_(descriptor), lock_(std::move(lock)) {}
  /// "", or why it cannot listen there.
  std::string bind(mode_t mode, int backlog);

  const std::string path_;
  int descriptor_;
  const std::unique_ptr<FileLock> lock_;
  struct stat made_ {};  // the file; st_ino is 0 until it is made
};

}  // namespace metabatch::service
