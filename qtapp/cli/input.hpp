// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cli/line_reader.hpp"
#include "cli/stop.hpp"

namespace metabatch::cli {

/// A file, or standard input for `-`.
class Input {
 public:
  /// @errors throws UsageError: the file cannot be opened
  explicit Input(const std::string& name);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// Reads on until the end; with `stop` given, until that is requested.
  [[nodiscard]] LineReader::Source source(Stop* stop = nullptr);
  /// 0, or the errno that ended the reading before the end.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// 0: not known, as of a pipe.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_terminal() const;

 private:
  std::string name_;
  int fd_ = 0;
  int error_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace metabatch::cli
