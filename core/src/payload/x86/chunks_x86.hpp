// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

/// As encode_portable and decode_portable (chunk_codec.hpp); only where the processor has them.
namespace metabatch::codec {

void encode_avx2(const std::uint8_t* ids, std::size_t count, char* symbols);
bool decode_avx2(const char* symbols, std::size_t count, std::uint8_t* ids);
void encode_vbmi(const std::uint8_t* ids, std::size_t count, char* symbols);
bool decode_vbmi(const char* symbols, std::size_t count, std::uint8_t* ids);

}  // namespace metabatch::codec
