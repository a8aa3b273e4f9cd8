// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// The two inner loops of the chunk codec. The portable pair is the reference. Some processors have
/// faster pairs, and tests compare them with it. The parameters are plain pointers: the fast
/// sources are compiled for other processors than the program, so they must not share inline
/// functions with it.
namespace metabatch::codec {

/// Writes 22 symbols for each of `count` ids of 16 bytes.
using EncodeFn = void (*)(const std::uint8_t* ids, std::size_t count, char* symbols);

/// Reads `count` ids of 22 symbols. False when any symbol is outside the alphabet: then what was
/// written to `ids` means nothing. Bits of the last symbol that are not data are ignored.
using DecodeFn = bool (*)(const char* symbols, std::size_t count, std::uint8_t* ids);

struct Codec {
  const char* name;  ///< portable, avx2, vbmi
  EncodeFn encode;
  DecodeFn decode;
};

void encode_portable(const std::uint8_t* ids, std::size_t count, char* symbols);
bool decode_portable(const char* symbols, std::size_t count, std::uint8_t* ids);

/// All that run on this processor, the best last; the portable one is always first. The build
/// chooses which source answers: x86/chunks_choice_x86.cpp or portable/chunks_choice_portable.cpp.
std::size_t codecs(Codec (&out)[3]);

/// The best one, chosen once.
const Codec& best();

}  // namespace metabatch::codec
