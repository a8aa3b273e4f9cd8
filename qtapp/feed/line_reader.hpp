// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace metabatch::feed {

inline constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;  // without its end
inline constexpr std::size_t kReadBytes = std::size_t{256} << 10;   // requested from a source at once

struct Line {
  std::uint64_t number = 0;  ///< from 1
  std::uint64_t at = 0;      ///< where it begins: bytes of the stream before it
  std::string_view text;     ///< without its end (LF or CRLF) and, on the first line, without a byte order mark
  bool too_long = false;     ///< over the limit: `text` is empty, the line was skipped without being held
};

/// Divides a stream of any content into lines, in bounded memory. The last line needs no line end.
///
/// @owns a buffer of `most` bytes and one block; `text` points into it until the next call
class LineReader {
 public:
  /// Reads up to `size` bytes to `to` and returns their number; 0: the end, or a stop was
  /// requested.
  using Source = std::function<std::size_t(char* to, std::size_t size)>;

  explicit LineReader(Source source, std::size_t most = kMaxLineBytes);

  std::optional<Line> next();
  /// The number of bytes of the stream that were returned or skipped, line ends included.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  bool fill();
  void skip_rest();
  Line finish(std::size_t size, std::size_t end);

  Source source_;
  const std::size_t most_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is not returned yet
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
};

}  // namespace metabatch::feed
