// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agentrpc/drpc.hpp"
#include "agentrpc/yamux.hpp"

namespace metabatch::agentrpc {

/// What a call is answered with: an empty message, or an error.
struct RpcAnswer {
  bool is_error = false;
  std::uint64_t code = 0;  ///< of the error; kDrpcUnimplemented, or 0 where the handler failed
  std::string text{};      ///< of the error
};

/// What an agent's connection asks of whoever drives it. All calls come from within
/// RpcServer::receive().
class RpcHandler {
 public:
  virtual ~RpcHandler() = default;
  /// Whether calls of this name are answered here. Every other call is relayed where relays() says
  /// so, else it is answered with kDrpcUnimplemented.
  virtual bool answers(std::string_view rpc) = 0;
  /// One call with its message. Must not wait.
  ///
  /// @owns nothing: both are only read during the call
  virtual RpcAnswer on_call(std::string_view rpc, std::string_view message) = 0;

  /// Whether streams whose first call is not answered here go to somebody else, byte by byte.
  virtual bool relays() { return false; }
  /// Bytes of a relayed stream, from its first. Return them by RpcServer::relay_consumed() once the
  /// other side took them.
  virtual void on_relay(std::uint32_t /*stream*/, std::string_view /*bytes*/) {}
  virtual void on_relay_finished(std::uint32_t /*stream*/) {}
  virtual void on_relay_reset(std::uint32_t /*stream*/) {}
  /// Bytes that relay_send() could not send at once are sent now.
  virtual void on_relay_sent(std::uint32_t /*stream*/, std::size_t /*count*/) {}
};

struct RpcLimits {
  YamuxLimits yamux{};
  /// Of packets that are not complete, over all streams of the connection; the stream that passes
  /// it is reset.
  std::size_t packet_bytes = std::size_t{8} << 20;
};

/// The server's side of an agent's RPC connection: yamux streams that each carry calls of dRPC.
///
/// A call is answered as soon as its message is there, with the message and CloseSend. Our
/// direction of a stream is closed only after the agent closed its own: an agent that sees the end
/// first takes the call for cancelled (measured against the reference client), and one that never
/// sees it waits.
///
/// @cost about 300 bytes a stream; a message that arrives in one piece is not copied
class RpcServer {
 public:
  RpcServer(RpcHandler& handler, Instant now, RpcLimits limits = {});

  void receive(std::string_view bytes, Instant now);
  void advance(Instant now) { yamux_.advance(now); }
  [[nodiscard]] Instant next_deadline() const { return yamux_.next_deadline(); }
  std::string take_output() { return yamux_.take_output(); }
  [[nodiscard]] bool has_output() const { return yamux_.has_output(); }
  [[nodiscard]] YamuxEnd end() const { return yamux_.end(); }
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }
  /// Takes no new streams; those that are open go on.
  void go_away() { yamux_.go_away(); }

  // A relayed stream, towards the agent.
  std::size_t relay_send(std::uint32_t stream, std::string_view bytes) { return yamux_.send(stream, bytes); }
  void relay_consumed(std::uint32_t stream, std::size_t count) { yamux_.consumed(stream, count); }
  void relay_finish(std::uint32_t stream);
  void relay_reset(std::uint32_t stream);

 private:
  enum class Mode : std::uint8_t { undecided, answered, relayed, ignored };
  struct Stream {
    std::uint32_t id = 0;
    Mode mode = Mode::undecided;
    bool is_finished_here = false;   // relayed: by relay_finish()
    bool is_finished_there = false;  // relayed: by the agent
    std::uint64_t call = 0;          // the dRPC stream whose invoke was read; 0: none waits for its message
    std::string rpc{};               // of that call
    std::string prefix{};            // undecided, where streams may be relayed: all bytes so far
    std::unique_ptr<DrpcReader> reader = std::make_unique<DrpcReader>();
  };

  void on_event(const YamuxEvent& event);
  void on_data(Stream& stream, std::string_view bytes);
  void read_packets(Stream& stream, std::string_view bytes);
  void on_packet(Stream& stream, const DrpcPacket& packet);
  void on_invoke(Stream& stream, const DrpcPacket& packet);
  void on_message(Stream& stream, const DrpcPacket& packet);
  [[nodiscard]] bool is_over_packet_limit(const Stream& stream) const;
  void on_finished(Stream& stream);
  void begin_relay(Stream& stream);
  void answer(const Stream& stream, std::uint64_t call, const RpcAnswer& answer);
  void abandon(Stream& stream);
  Stream* find(std::uint32_t id);
  void erase(std::uint32_t id);

  RpcHandler& handler_;
  const RpcLimits limits_;
  Yamux yamux_;
  std::vector<Stream> streams_;  // ascending by id
};

}  // namespace metabatch::agentrpc
