// SPDX-License-Identifier: Apache-2.0
#include "inspect/bytes/byte_source.hpp"

#include <algorithm>

namespace metabatch::inspecting {

void OffsetMap::jump(std::size_t text_at, std::size_t raw_at, std::size_t step) {
  Piece& last = pieces_.back();
  if (last.step == step && last.raw_at + (text_at - last.text_at) * step == raw_at) return;  // it goes on as before
  if (last.text_at == text_at)
    last = {text_at, raw_at, step};
  else
    pieces_.push_back({text_at, raw_at, step});
}

std::size_t OffsetMap::raw(std::size_t text_at) const {
  const auto is_in = [&](std::size_t piece) {
    return pieces_[piece].text_at <= text_at && (piece + 1 == pieces_.size() || text_at < pieces_[piece + 1].text_at);
  };
  if (!is_in(last_)) {
    if (last_ + 1 < pieces_.size() && is_in(last_ + 1)) {
      ++last_;
    } else {
      const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), text_at,
                                          [](std::size_t at, const Piece& piece) { return at < piece.text_at; });
      last_ = static_cast<std::size_t>(after - pieces_.begin()) - 1;
    }
  }
  const Piece& piece = pieces_[last_];
  return piece.raw_at + (text_at - piece.text_at) * piece.step;
}

std::size_t OffsetMap::text(std::size_t raw_at) const {
  const auto next = std::lower_bound(pieces_.begin(), pieces_.end(), raw_at,
                                     [](const Piece& piece, std::size_t at) { return piece.raw_at < at; });
  if (next != pieces_.end() && next->raw_at == raw_at) return next->text_at;
  if (next == pieces_.begin()) return 0;
  const Piece& piece = *(next - 1);
  if (piece.step == 0) return next == pieces_.end() ? piece.text_at : next->text_at;
  return piece.text_at + (raw_at - piece.raw_at + piece.step - 1) / piece.step;
}

}  // namespace metabatch::inspecting
