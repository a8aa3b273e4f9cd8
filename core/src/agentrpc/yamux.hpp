// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agentrpc/yamux_event.hpp"
#include "metabatch/time.hpp"

namespace metabatch::agentrpc {

/// One side of a yamux session, without a socket and without a clock.
///
/// The caller passes received bytes to receive() in any portions, takes the events from next(),
/// sends what take_output() returns, and calls advance() at next_deadline(). A stream is forgotten
/// once both directions are closed or one side reset it; later frames for it are ignored, as the
/// reference implementation does.
///
/// @shape  frame := version 0 | type | flags (2 bytes) | stream (4) | length (4), big endian; Data
///         is followed by `length` bytes
/// @cost   memory: about 64 bytes a stream; received data is never stored
/// @source hashicorp/yamux v0.1.2, spec.md, session.go and stream.go, with its DefaultConfig
class Yamux {
 public:
  Yamux(YamuxSide side, Instant now, YamuxLimits limits = {});

  /// Hands over what the peer sent; then call next() until it returns none. The bytes must live
  /// until then.
  void receive(std::string_view bytes, Instant now);
  /// The next event. A frame is parsed only when the events before it were taken, so that what the
  /// caller does in between (closing a stream, say) has the same effect however the bytes were cut.
  /// After the end of the session there is none.
  std::optional<YamuxEvent> next();

  /// Opens a stream.
  ///
  /// @return none: the session is over, the peer wants no new streams, or kYamuxMaxUnacknowledged
  ///         streams are not acknowledged yet
  std::optional<std::uint32_t> open(Instant now);
  /// Queues data on a stream. Bytes beyond the peer's window wait; events `sent` report them later.
  ///
  /// @return the bytes that went into the output at once; 0 for a stream that cannot send
  std::size_t send(std::uint32_t stream, std::string_view bytes);
  /// Returns `count` received bytes of a stream to the peer's window; the update is sent once it is
  /// half a window.
  void consumed(std::uint32_t stream, std::size_t count);
  /// Closes our direction, after the data that waits.
  void finish(std::uint32_t stream);
  /// Abandons the stream in both directions.
  void reset(std::uint32_t stream);
  /// Accepts no further streams; those that are open go on.
  void go_away();

  /// Sends pings that are due and ends the session where an answer is overdue.
  void advance(Instant now);
  [[nodiscard]] Instant next_deadline() const;

  /// Moves out the bytes to send.
  std::string take_output();
  [[nodiscard]] bool has_output() const { return !output_.empty(); }
  [[nodiscard]] YamuxEnd end() const { return end_; }
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }
  /// Data that waits for the peer's windows, over all streams.
  [[nodiscard]] std::size_t buffered_bytes() const { return buffered_bytes_; }

 private:
  struct Header {
    std::uint8_t type;
    std::uint16_t flags;
    std::uint32_t stream;
    std::uint32_t length;
  };
  struct Stream {
    std::uint32_t id = 0;
    std::uint32_t receive_window = kYamuxWindow;  // what the peer may still send
    std::uint32_t send_window = kYamuxWindow;     // what we may still send
    std::uint32_t unconsumed = 0;                 // received, not yet passed to consumed()
    bool is_acknowledged = true;
    bool is_finished_here = false;
    bool is_finished_there = false;
    bool wants_finish = false;  // finish() came while data waited
    std::optional<Instant> open_until{};
    std::string waiting{};  // beyond the peer's window
  };

  void write_header(std::uint8_t type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length);
  void fail(YamuxEnd end);
  bool parse_some();
  void on_header(const Header& header);
  void on_ping(const Header& header);
  void on_stream_frame(const Header& header);
  Stream* accept(const Header& header);
  void on_body(std::string_view part);
  void apply_closing(Stream& stream, std::uint16_t flags);
  void on_window(Stream& stream, std::uint32_t delta);
  void write_data(Stream& stream, std::string_view bytes);
  void write_finish(Stream& stream);
  Stream* find(std::uint32_t id);
  void erase(std::uint32_t id);
  void erase_if_closed(const Stream& stream);
  [[nodiscard]] std::size_t unacknowledged() const;

  const YamuxSide side_;
  const YamuxLimits limits_;
  std::vector<Stream> streams_;  // ascending by id
  std::string_view input_;
  Instant now_;                     // of the last receive()
  std::vector<YamuxEvent> events_;  // of the newest frame
  std::size_t next_event_ = 0;
  std::string header_;  // of a frame that is not complete
  std::uint32_t body_stream_ = 0;
  std::uint32_t body_left_ = 0;  // bytes of the Data frame that follow
  std::uint16_t body_flags_ = 0;
  std::string output_;
  std::size_t buffered_bytes_ = 0;
  std::uint32_t next_id_;
  std::uint32_t ping_value_ = 0;
  std::optional<Instant> ping_until_;
  Instant next_ping_;
  bool is_leaving_ = false;  // we sent GoAway
  bool is_peer_leaving_ = false;
  YamuxEnd end_ = YamuxEnd::none;
};

}  // namespace metabatch::agentrpc
