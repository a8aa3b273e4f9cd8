// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace metabatch::test {

/// What a client has received and not handed out yet.
class ReceivedBytes {
 public:
  /// Everything received up to and including `mark`; all of it when `mark` does not come.
  std::string until(std::string_view mark) {
    while (seen_.find(mark) == std::string::npos)
      if (!more()) return seen();
    return take(seen_.find(mark) + mark.size());
  }
  /// Less only when no more comes.
  std::string exactly(std::size_t bytes) {
    while (seen_.size() < bytes && more()) {
    }
    return take(std::min(bytes, seen_.size()));
  }
  /// Everything received up to and including `mark`; none: it has not come yet. Does not wait.
  std::optional<std::string> received(std::string_view mark) {
    const std::size_t at = seen_.find(mark);
    return at == std::string::npos ? std::nullopt : std::optional(take(at + mark.size()));
  }

 protected:
  ReceivedBytes() = default;
  ~ReceivedBytes() = default;
  /// Waits for more bytes and gives them to received().
  ///
  /// @return false: nothing more comes
  virtual bool more() = 0;
  void received(const char* bytes, std::size_t size) { seen_.append(bytes, size); }
  /// What was received and not handed out.
  std::string seen() { return std::exchange(seen_, {}); }

 private:
  std::string take(std::size_t size) {
    std::string taken = seen_.substr(0, size);
    seen_.erase(0, size);
    return taken;
  }

  std::string seen_;
};

}  // namespace metabatch::test
