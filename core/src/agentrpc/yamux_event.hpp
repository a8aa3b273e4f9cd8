// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "metabatch/time.hpp"

/// The wire of an agent's RPC connection: yamux streams that carry dRPC calls. Bytes in, bytes and
/// events out.
namespace metabatch::agentrpc {

inline constexpr std::size_t kYamuxHeaderBytes = 12;
inline constexpr std::uint32_t kYamuxWindow = 256 * 1024;                 // bytes a stream and direction, at the start
inline constexpr Duration kYamuxPingInterval = std::chrono::seconds(30);  // yamux: KeepAliveInterval
inline constexpr Duration kYamuxPingTimeout = std::chrono::seconds(10);   // yamux: ConnectionWriteTimeout
inline constexpr Duration kYamuxOpenTimeout = std::chrono::seconds(75);   // yamux: StreamOpenTimeout
inline constexpr std::size_t kYamuxMaxUnacknowledged = 256;               // yamux: AcceptBacklog
inline constexpr std::size_t kYamuxDefaultStreams = 1024;                 // open at once; more are reset
inline constexpr std::size_t kYamuxDefaultBufferedBytes = std::size_t{8}
                                                          << 20;  // of data that the peer's windows hold back

enum class YamuxSide : std::uint8_t { client, server };

/// Why a session is over.
enum class YamuxEnd : std::uint8_t {
  none,
  bad_header,        ///< a version other than 0, an unknown type, or a stream number where none may stand
  window_exceeded,   ///< the peer sent more than the window allows
  duplicate_stream,  ///< the peer opened a stream that exists
  unexpected_fin,    ///< the peer closed one direction twice
  peer_went_away,    ///< the peer sent GoAway with an error
  ping_timeout,      ///< the peer left a ping unanswered
  open_timeout,      ///< the peer left the opening of a stream unacknowledged
  too_much_buffered  ///< data that the peer does not take passed the limit of the session
};

struct YamuxEvent {
  enum class Kind : std::uint8_t {
    opened,    ///< the peer opened the stream; it is acknowledged already
    data,      ///< `bytes` arrived; call consumed() once they are processed
    finished,  ///< the peer sends no more on this stream
    reset,     ///< the stream is gone, in both directions
    sent,      ///< `count` bytes that the peer's window held back are now in the output
  };
  Kind kind;
  std::uint32_t stream;
  std::string_view bytes{};  ///< views of the bytes that receive() was given
  std::size_t count = 0;
};

struct YamuxLimits {
  std::size_t streams = kYamuxDefaultStreams;
  std::size_t buffered_bytes = kYamuxDefaultBufferedBytes;
};

}  // namespace metabatch::agentrpc
