// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metabatch::inspecting {

/// Where the bytes of a text that was made of the input stand in the input.
///
/// @shape pieces in ascending order; within one, each byte of the text is `step` bytes of the input
/// @cost  memory for each piece, not for each byte: plain stretches between two escapes are one
///        piece
class OffsetMap {
 public:
  explicit OffsetMap(std::size_t base = 0, std::size_t step = 1) : pieces_{{0, base, step}} {}

  /// From here on `text_at` stands at `raw_at`. Both only grow.
  void jump(std::size_t text_at, std::size_t raw_at, std::size_t step);
  /// The offset in the input. Fast for offsets that are asked for in ascending order.
  [[nodiscard]] std::size_t raw(std::size_t text_at) const;
  /// The first offset in the text that stands at `raw_at` in the input, or behind it.
  [[nodiscard]] std::size_t text(std::size_t raw_at) const;

 private:
  struct Piece {
    std::size_t text_at;
    std::size_t raw_at;
    std::size_t step;
  };
  std::vector<Piece> pieces_;
  mutable std::size_t last_ = 0;  // the piece of the last question
};

/// A text that is read, and where its bytes stand in the input: in place, or through a map.
struct Source {
  std::string_view text;
  std::size_t base = 0;            ///< of text[0]: an offset in the input, or in the map's text
  const OffsetMap* map = nullptr;  ///< null: the text stands in the input as it is

  [[nodiscard]] std::size_t raw(std::size_t i) const { return map == nullptr ? base + i : map->raw(base + i); }
  /// The first offset in the text that stands at or behind an offset in the input.
  [[nodiscard]] std::size_t at(std::size_t raw_at) const {
    return (map == nullptr ? raw_at : map->text(raw_at)) - base;
  }
  [[nodiscard]] Source part(std::size_t from, std::size_t size = std::string_view::npos) const {
    return {text.substr(from, size), base + from, map};
  }
};

/// A text that owns its bytes.
struct MadeText {
  std::string text;
  OffsetMap map;

  [[nodiscard]] Source source() const { return {text, 0, &map}; }
};

}  // namespace metabatch::inspecting
