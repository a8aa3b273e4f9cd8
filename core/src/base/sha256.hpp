// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metabatch {

/// SHA-256, piece by piece: the digest of event logs. Not for secrets (no care is taken about
/// timing).
///
/// @cost   about 250 MB/s in portable code; no allocation
/// @source FIPS 180-4 sections 5 and 6.2
class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  void update(std::string_view bytes);
  /// The digest of all bytes so far; more may follow.
  [[nodiscard]] Digest digest() const;
  /// The same as 64 lower-case hex digits.
  [[nodiscard]] std::string hex() const;

 private:
  void compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t size_ = 0;  // bytes so far
};

/// The digest of one text, as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace metabatch
