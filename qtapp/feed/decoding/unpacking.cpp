// SPDX-License-Identifier: Apache-2.0
#include "feed/decoding/unpacking.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "feed/gzip.hpp"

namespace metabatch::feed {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{128} << 10;
constexpr std::string_view kGzip = "\x1F\x8B";
constexpr std::string_view kZstd = "\x28\xB5\x2F\xFD";
constexpr std::string_view kZstdSkippable = "\x2A\x4D\x18";  // after a byte of 0x50 to 0x5F
constexpr const char* kCut = "ends in the middle of its data";

/// The packed bytes that are not used yet.
class Packed {
 public:
  explicit Packed(LineReader::Source source) : source_(std::move(source)), block_(kBlockBytes) {}

  /// @return false: the end
  bool fill() {
    if (begin_ < end_) return true;
    begin_ = 0;
    end_ = source_(block_.data(), block_.size());
    return end_ > 0;
  }
  [[nodiscard]] char* data() { return block_.data() + begin_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  void use(std::size_t bytes) { begin_ += bytes; }

 private:
  LineReader::Source source_;
  std::vector<char> block_;
  std::size_t begin_ = 0, end_ = 0;
};

class GzipUnpacker final : public Unpacker {
 public:
  explicit GzipUnpacker(LineReader::Source packed) : packed_(std::move(packed)) {
    if (inflateInit2(&stream_, kGzipWindowBits) != Z_OK) problem_ = "no memory to unpack it";
  }
  ~GzipUnpacker() override { inflateEnd(&stream_); }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min(size, kBlockBytes));
    const uInt room = stream_.avail_out;
    while (problem_.empty() && stream_.avail_out == room && begin_member()) step();
    return room - stream_.avail_out;
  }

 private:
  /// Members follow each other; zeros behind the last one are padding.
  bool begin_member() {
    if (is_within_) {
      if (packed_.fill()) return true;
      problem_ = kCut;
      return false;
    }
    while (packed_.fill() && is_begun_ && *packed_.data() == '\0') packed_.use(1);
    if (packed_.size() == 0) return false;
    is_within_ = is_begun_ = true;
    inflateReset(&stream_);
    return true;
  }

  void step() {
    stream_.next_in = reinterpret_cast<Bytef*>(packed_.data());
    stream_.avail_in = static_cast<uInt>(packed_.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    packed_.use(packed_.size() - stream_.avail_in);
    if (code == Z_STREAM_END)
      is_within_ = false;
    else if (code != Z_OK && code != Z_BUF_ERROR)
      problem_ = std::string("is damaged: ") + (stream_.msg != nullptr ? stream_.msg : "not gzip");
  }

  Packed packed_;
  z_stream stream_{};
  bool is_begun_ = false;
  bool is_within_ = false;  // a member
};

class ZstdUnpacker final : public Unpacker {
 public:
  explicit ZstdUnpacker(LineReader::Source packed) : packed_(std::move(packed)), stream_(ZSTD_createDStream()) {}
  ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }
  ZstdUnpacker(const ZstdUnpacker&) = delete;
  ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;

  std::size_t read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (problem_.empty() && out.pos == 0) {
      // At the end of the input the unpacker may still hold text that had no room before.
      const bool has_more = packed_.fill();
      ZSTD_inBuffer in{packed_.data(), packed_.size(), 0};
      const std::size_t code = ZSTD_decompressStream(stream_, &out, &in);
      packed_.use(in.pos);
      if (ZSTD_isError(code) != 0) {
        problem_ = std::string("is damaged: ") + ZSTD_getErrorName(code);
      } else if (!has_more && out.pos == 0) {
        if (is_within_) problem_ = kCut;
        break;
      } else if (has_more || out.pos > 0) {
        is_within_ = code != 0;
      }
    }
    return out.pos;
  }

 private:
  Packed packed_;
  ZSTD_DStream* const stream_;
  bool is_within_ = false;  // a frame
};

}  // namespace

Packing packing_of(std::string_view head) {
  if (head.starts_with(kGzip)) return Packing::gzip;
  const bool is_skippable = head.size() > 3 && (static_cast<unsigned char>(head[0]) & 0xF0U) == 0x50 &&
                            head.substr(1).starts_with(kZstdSkippable);
  return head.starts_with(kZstd) || is_skippable ? Packing::zstd : Packing::none;
}

std::unique_ptr<Unpacker> make_unpacker(Packing packing, LineReader::Source packed) {
  if (packing == Packing::gzip) return std::make_unique<GzipUnpacker>(std::move(packed));
  return std::make_unique<ZstdUnpacker>(std::move(packed));
}

}  // namespace metabatch::feed
