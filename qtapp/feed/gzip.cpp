// SPDX-License-Identifier: Apache-2.0
#include "feed/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace metabatch::feed {
namespace {

constexpr std::size_t kBlock = std::size_t{256} << 10;

struct EndInflate {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;  // NOLINT(cppcoreguidelines-owning-memory)
  }
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.substr(0, 3) == "\x1f\x8b\x08"; }

Unpacked unpack_gzip(std::string_view bytes, std::size_t limit) {
  Unpacked unpacked;
  std::unique_ptr<z_stream, EndInflate> stream(new z_stream{});
  if (inflateInit2(stream.get(), kGzipWindowBits) != Z_OK) return unpacked;
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream->avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  std::string block(kBlock, '\0');
  for (;;) {
    stream->next_out = reinterpret_cast<Bytef*>(block.data());
    stream->avail_out = static_cast<uInt>(block.size());
    const int status = inflate(stream.get(), Z_NO_FLUSH);
    unpacked.bytes.append(block, 0, block.size() - stream->avail_out);
    if (unpacked.bytes.size() > limit) {
      unpacked.bytes.resize(limit);
      unpacked.is_cut = true;
      return unpacked;
    }
    if (status != Z_OK && status != Z_STREAM_END) return unpacked;  // damaged, or it ends too early
    if (status == Z_OK) continue;
    const std::string_view rest = bytes.substr(bytes.size() - stream->avail_in);
    unpacked.is_whole = !is_gzip(rest);
    if (unpacked.is_whole || inflateReset(stream.get()) != Z_OK) return unpacked;
  }
}

}  // namespace metabatch::feed
