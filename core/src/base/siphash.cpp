// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.hpp"

#include <bit>

#include "base/bytes.hpp"

namespace metabatch {

SipHash::SipHash(std::uint64_t key0, std::uint64_t key1)
    : v0_(key0 ^ 0x736f6d6570736575ULL),
      v1_(key1 ^ 0x646f72616e646f6dULL ^ 0xee),
      v2_(key0 ^ 0x6c7967656e657261ULL),
      v3_(key1 ^ 0x7465646279746573ULL) {}

void SipHash::round() {
  v0_ += v1_;
  v2_ += v3_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v1_;
  v0_ += v3_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ = std::rotl(v2_, 32);
}

void SipHash::compress(std::uint64_t word) {
  v3_ ^= word;
  round();
  round();
  v0_ ^= word;
}

SipHash& SipHash::add(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  if (size_ % 8 == 0) {
    for (; left >= 8; at += 8, left -= 8, size_ += 8) compress(load<std::uint64_t>(at));
  }
  for (; left > 0; ++at, --left) {
    tail_ |= std::uint64_t{static_cast<unsigned char>(*at)} << (8 * (size_ % 8));
    if (++size_ % 8 != 0) continue;
    compress(tail_);
    tail_ = 0;
  }
  return *this;
}

SipHash& SipHash::add(std::uint64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  return add({bytes, sizeof bytes});
}

Hash128 SipHash::finish() {
  compress(tail_ | size_ << 56);
  Hash128 hash;
  v2_ ^= 0xee;
  for (int i = 0; i < 4; ++i) round();
  hash.half[0] = v0_ ^ v1_ ^ v2_ ^ v3_;
  v1_ ^= 0xdd;
  for (int i = 0; i < 4; ++i) round();
  hash.half[1] = v0_ ^ v1_ ^ v2_ ^ v3_;
  return hash;
}

}  // namespace metabatch
