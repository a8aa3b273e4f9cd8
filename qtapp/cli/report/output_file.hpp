// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace metabatch::cli {

class Console;

/// A file that is written completely or not at all. It is opened before the work begins, without a
/// name, and takes the path when it is complete. Where the system has no files without a name, it
/// has a name of its own beside the path. A path that names a pipe or a device is written directly.
class OutputFile {
 public:
  /// No file: write() does nothing.
  OutputFile() = default;
  /// @shape  path: bytes, passed to the system as they are
  /// @errors throws UsageError that names flag, path and reason
  OutputFile(std::string_view flag, const std::string& path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();  ///< without finish() nothing is left behind

  explicit operator bool() const { return fd_ >= 0; }
  void write(std::string_view bytes);
  /// @return false: it could not be written, which was reported; the file that the path named
  ///         before is unchanged
  bool finish(Console& console);

 private:
  void send();  // what is buffered
  void close();

  int fd_ = -1;
  int error_ = 0;          // the first errno of a write
  std::string path_;       // its name at the end
  std::string draft_;      // its name until then; empty: written directly
  bool is_named_ = false;  // it has the name draft_
  std::string shown_;
  std::string buffer_;
};

}  // namespace metabatch::cli
