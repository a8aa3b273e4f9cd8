// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metabatch::agentrpc {

inline constexpr std::size_t kDrpcMaxPacketBytes = std::size_t{4} << 20;  // drpc: MaximumBufferSize
inline constexpr std::size_t kDrpcFrameBytes = std::size_t{64} << 10;     // data bytes of one frame that we write
inline constexpr std::uint64_t kDrpcUnimplemented = 12;                   // drpcerr.Unimplemented

enum class DrpcKind : std::uint8_t {
  invoke = 1,           ///< data: the name of the RPC
  message = 2,          ///< data: a protobuf message
  error = 3,            ///< data: code (8 bytes, big endian), then text
  cancel = 4,           ///< the caller wants no answer any more
  close = 5,            ///< the caller is done with the call
  close_send = 6,       ///< no message follows
  invoke_metadata = 7,  ///< stands before an invoke; ignored by us
};

struct DrpcPacket {
  DrpcKind kind;
  std::uint64_t stream;   ///< of dRPC: numbers the calls on one connection from 1
  std::uint64_t message;  ///< numbers the packets of a call and direction from 1
  std::string_view data;  ///< valid until the next call of next() or receive()
};

/// Joins the frames of one direction to packets.
///
/// @shape  frame := control | varint stream | varint message | varint length | data;
///         control := done (bit 0) | kind << 1 (bits 1 to 6) | ignorable (bit 7); varint: base 128, low bits first, at most 10 bytes
/// @cost   a packet that arrives in one piece is not copied
/// @source storj/drpc v0.0.34, drpcwire
class DrpcReader {
 public:
  /// Hands over bytes; then call next() until it returns none. The bytes must live until then.
  void receive(std::string_view bytes) { input_ = bytes; }
  /// The next whole packet. None: more bytes are needed, or is_broken().
  std::optional<DrpcPacket> next();

  /// A rule of the format was broken: ids fell, frames of one packet differ in kind, an unknown
  /// kind, a packet over kDrpcMaxPacketBytes. Nothing can be read any more.
  [[nodiscard]] bool is_broken() const { return is_broken_; }
  /// Bytes that are kept until their packet is complete.
  [[nodiscard]] std::size_t buffered_bytes() const { return (is_in_packet_ ? packet_.size() : 0) + header_.size(); }

 private:
  struct Frame {
    std::uint8_t control = 0;
    std::uint64_t stream = 0;
    std::uint64_t message = 0;
    std::uint64_t length = 0;
  };
  bool read_header();
  bool begin_frame();
  bool parse_header(std::string_view bytes, std::size_t& size);
  std::optional<DrpcPacket> end_frame(std::string_view data);
  void break_off() {
    is_broken_ = true;
    input_ = {};
  }

  std::string_view input_;
  std::string header_;  // of a frame whose header is not complete
  std::string packet_;  // data of the frames so far
  Frame frame_;         // whose data is being read
  std::uint64_t missing_ = 0;
  bool is_in_frame_ = false;
  bool is_in_packet_ = false;  // a frame of it was read, the last one was not
  bool was_done_ = false;      // the packet of the newest id is complete
  std::uint8_t kind_ = 0;      // of the packet that is being read
  std::uint64_t stream_ = 0;   // ids of the newest frame
  std::uint64_t message_ = 0;
  bool is_broken_ = false;
};

/// Appends a packet, cut into frames of at most kDrpcFrameBytes.
void append_packet(std::string& out, DrpcKind kind, std::uint64_t stream, std::uint64_t message, std::string_view data);

/// Appends an error packet.
void append_error(std::string& out, std::uint64_t stream, std::uint64_t message, std::uint64_t code,
                  std::string_view text);

}  // namespace metabatch::agentrpc
