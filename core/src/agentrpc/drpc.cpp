// SPDX-License-Identifier: Apache-2.0
#include "agentrpc/drpc.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::agentrpc {
namespace {

constexpr std::uint8_t kDone = 0x01;
constexpr std::uint8_t kIgnorable = 0x80;
constexpr std::size_t kMaxVarintBytes = 10;
constexpr std::size_t kMaxHeaderBytes = 1 + 3 * kMaxVarintBytes;

enum class Varint : std::uint8_t { whole, cut, bad };

// 64 bits take nine bytes of seven bits and one bit of the tenth.
Varint read_varint(std::string_view bytes, std::size_t& at, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < kMaxVarintBytes; ++i) {
    if (at == bytes.size()) return Varint::cut;
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    if (i == kMaxVarintBytes - 1 && byte > 1) return Varint::bad;
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if ((byte & 0x80) == 0) return Varint::whole;
  }
  return Varint::bad;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

std::uint8_t kind_of(std::uint8_t control) { return static_cast<std::uint8_t>((control & 0x7e) >> 1); }

bool is_known(std::uint8_t kind) { return kind >= 1 && kind <= 7; }

// The control bit lets later versions add kinds that older readers skip.
bool is_ignored(std::uint8_t control) { return (control & kIgnorable) != 0 && !is_known(kind_of(control)); }

}  // namespace

std::optional<DrpcPacket> DrpcReader::next() {
  // The packet given out last is read by now: a large one must not cost memory while the stream is
  // idle.
  if (!is_in_packet_ && packet_.capacity() > kDrpcFrameBytes) std::string().swap(packet_);
  while (!is_broken_) {
    if (!is_in_frame_ && !(read_header() && begin_frame())) return std::nullopt;
    const std::string_view data =
        input_.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(missing_, input_.size())));
    input_.remove_prefix(data.size());
    missing_ -= data.size();
    if (missing_ > 0) {
      if (!is_ignored(frame_.control)) packet_ += data;
      return std::nullopt;
    }
    is_in_frame_ = false;
    if (auto packet = end_frame(data)) return packet;
  }
  return std::nullopt;
}

bool DrpcReader::read_header() {
  const std::size_t before = header_.size();
  std::size_t size = 0;
  if (before == 0) {
    if (input_.empty()) return false;
    if (!parse_header(input_, size)) return false;
    input_.remove_prefix(size);
    return true;
  }
  header_ += input_.substr(0, kMaxHeaderBytes - before);
  const std::string joined = std::exchange(header_, {});
  const std::string_view all = input_;
  input_ = joined;
  const bool is_whole = parse_header(joined, size);
  input_ = is_broken_ ? std::string_view() : all.substr(is_whole ? size - before : all.size());
  return is_whole;
}

// Keeps a header that is not complete: it is at most 31 bytes long.
bool DrpcReader::parse_header(std::string_view bytes, std::size_t& size) {
  size = 1;
  frame_.control = static_cast<std::uint8_t>(bytes[0]);
  for (std::uint64_t* const number : {&frame_.stream, &frame_.message, &frame_.length}) {
    const Varint read = read_varint(bytes, size, *number);
    if (read == Varint::whole) continue;
    if (read == Varint::bad) {
      break_off();
    } else {
      header_ = bytes;
      input_ = {};
    }
    return false;
  }
  return true;
}

bool DrpcReader::begin_frame() {
  const std::pair newest{stream_, message_};
  const std::pair here{frame_.stream, frame_.message};
  if (!is_ignored(frame_.control)) {
    const bool is_same = here == newest && stream_ != 0;
    if (here < newest || (is_same && was_done_) || frame_.stream == 0 || frame_.message == 0 ||
        !is_known(kind_of(frame_.control)) || (is_same && is_in_packet_ && kind_ != kind_of(frame_.control))) {
      break_off();
      return false;
    }
    // A new id drops what was not complete.
    if (!is_same) packet_.clear();
    stream_ = frame_.stream;
    message_ = frame_.message;
    kind_ = kind_of(frame_.control);
    is_in_packet_ = true;
    was_done_ = false;
  }
  if (frame_.length > kDrpcMaxPacketBytes - std::min(packet_.size(), kDrpcMaxPacketBytes)) {
    break_off();
    return false;
  }
  missing_ = frame_.length;
  is_in_frame_ = true;
  return true;
}

std::optional<DrpcPacket> DrpcReader::end_frame(std::string_view data) {
  if (is_ignored(frame_.control)) return std::nullopt;
  const bool is_done = (frame_.control & kDone) != 0;
  if (!is_done || !packet_.empty()) packet_ += data;
  if (!is_done) return std::nullopt;
  was_done_ = true;
  is_in_packet_ = false;
  return DrpcPacket{static_cast<DrpcKind>(kind_), stream_, message_,
                    packet_.empty() ? data : std::string_view(packet_)};
}

void append_packet(std::string& out, DrpcKind kind, std::uint64_t stream, std::uint64_t message,
                   std::string_view data) {
  do {
    const std::string_view part = data.substr(0, kDrpcFrameBytes);
    data.remove_prefix(part.size());
    out += static_cast<char>(static_cast<unsigned>(kind) << 1 | (data.empty() ? kDone : 0U));
    append_varint(out, stream);
    append_varint(out, message);
    append_varint(out, part.size());
    out += part;
  } while (!data.empty());
}

void append_error(std::string& out, std::uint64_t stream, std::uint64_t message, std::uint64_t code,
                  std::string_view text) {
  std::string data;
  for (int shift = 56; shift >= 0; shift -= 8) data += static_cast<char>(code >> shift & 0xff);
  append_packet(out, DrpcKind::error, stream, message, data.append(text));
}

}  // namespace metabatch::agentrpc
