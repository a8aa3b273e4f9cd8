// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "feed/line_reader.hpp"

namespace metabatch::feed {

/// How bytes are packed, by their first four.
enum class Packing : std::uint8_t { none, gzip, zstd };
Packing packing_of(std::string_view head);

/// Unpacks a stream of gzip members or zstd frames, one after the other.
class Unpacker {
 public:
  virtual ~Unpacker() = default;

  /// As LineReader::Source: 0 at the end, or where the stream is damaged.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  /// Why it ended before its end, for people; empty: it did not.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 protected:
  std::string problem_;
};

/// @shape  packing: not none
/// @cost   zstd: memory for the window that the frame asks for, at most 128 MiB
std::unique_ptr<Unpacker> make_unpacker(Packing packing, LineReader::Source packed);

}  // namespace metabatch::feed
