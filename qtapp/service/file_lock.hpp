// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <variant>

namespace metabatch::service {

/// Keeps a second service from using the same file. Of SQLite: each would keep its own newest
/// values, and neither would hear of the other's changes. The lock is on PATH.lock, because SQLite
/// itself locks the file. It ends with the process.
class FileLock {
 public:
  /// @shape use: what the other one does, and why that is refused: "uses this database; ..."
  /// @return or why the lock was not taken, in words
  static std::variant<std::unique_ptr<FileLock>, std::string> take(const std::string& path, const std::string& use);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  const int descriptor_;
};

}  // namespace metabatch::service
