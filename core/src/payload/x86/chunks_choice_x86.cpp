// SPDX-License-Identifier: Apache-2.0
#include "payload/chunk_codec.hpp"
#include "payload/x86/chunks_x86.hpp"

namespace metabatch::codec {

std::size_t codecs(Codec (&out)[3]) {
  std::size_t count = 0;
  out[count++] = {"portable", encode_portable, decode_portable};
  if (__builtin_cpu_supports("avx2") != 0) out[count++] = {"avx2", encode_avx2, decode_avx2};
  if (__builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
      __builtin_cpu_supports("avx512vl") != 0) {
    out[count++] = {"vbmi", encode_vbmi, decode_vbmi};
  }
  return count;
}

const Codec& best() {
  static const Codec chosen = [] {
    Codec all[3];
    return all[codecs(all) - 1];
  }();
  return chosen;
}

}  // namespace metabatch::codec
