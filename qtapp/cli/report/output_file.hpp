// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

class QFileDevice;

namespace metabatch::cli {

class Console;

/// A file to be written whole or not at all: it is tried before the work begins, and takes its name when it is complete.
/// What is no file (a pipe, a device) is written as it comes.
class OutputFile {
 public:
  /// No file: what is written goes nowhere.
  OutputFile();
  /// @errors throws UsageError that names flag, path and reason
  OutputFile(std::string_view flag, const std::string& path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();

  explicit operator bool() const { return file_ != nullptr; }
  void write(std::string_view bytes);
  /// @return false: it could not be written, which was said; what was there before is still there
  bool finish(Console& console);

 private:
  std::unique_ptr<QFileDevice> file_;
  std::string shown_;
};

}  // namespace metabatch::cli
