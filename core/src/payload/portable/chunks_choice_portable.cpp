// SPDX-License-Identifier: Apache-2.0
#include "payload/chunk_codec.hpp"

namespace metabatch::codec {

std::size_t codecs(Codec (&out)[3]) {
  out[0] = {"portable", encode_portable, decode_portable};
  return 1;
}

const Codec& best() {
  static constexpr Codec kPortable{"portable", encode_portable, decode_portable};
  return kPortable;
}

}  // namespace metabatch::codec
