// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agentrpc/rpc_server.hpp"
#include "agentrpc/yamux.hpp"

namespace metabatch::agentrpc {

/// Joins an agent's connection with one to a control plane ("upstream"): calls that are not
/// answered here go on, byte by byte and both ways, each on a stream of its own there.
///
/// Where `merge` is given, the messages of calls that were answered here are sent on too, on
/// streams of the relay's own: one call at a time, and what comes meanwhile is merged for the next.
/// How upstream answers changes nothing.
///
/// It is the handler of the agent's RpcServer. Bytes return to the window of one side only when the
/// window of the other side had room for them. A stream that cannot be opened upstream is reset.
/// The driver moves the bytes of both sides; when one of them ends it ends the other.
///
/// @cost at most one window a stream and direction, and YamuxLimits::buffered_bytes a side
class RpcRelay final : public RpcHandler {
 public:
  /// Adds a message to those that wait, which are one message.
  using Merge = std::function<void(std::string& waiting, std::string_view message)>;

  /// @shape calls: answers what is answered here; outlives the relay
  RpcRelay(RpcHandler& calls, Instant now, Merge merge = {}, YamuxLimits limits = {})
      : calls_(calls), merge_(std::move(merge)), upstream_(YamuxSide::client, now, limits), now_(now) {}
  /// The agent's side, whose handler this is. Called once, before any byte.
  void attach(RpcServer& agent) { agent_ = &agent; }

  // The side of the control plane, as of RpcServer.
  void receive(std::string_view bytes, Instant now);
  void advance(Instant now);
  [[nodiscard]] Instant next_deadline() const { return upstream_.next_deadline(); }
  std::string take_output() { return upstream_.take_output(); }
  [[nodiscard]] bool has_output() const { return upstream_.has_output(); }
  [[nodiscard]] YamuxEnd end() const { return upstream_.end(); }
  [[nodiscard]] std::size_t streams() const { return pairs_.size(); }

  bool answers(std::string_view rpc) override { return calls_.answers(rpc); }
  RpcAnswer on_call(std::string_view rpc, std::string_view message) override;
  bool relays() override { return true; }
  void on_relay(std::uint32_t stream, std::string_view bytes) override;
  void on_relay_finished(std::uint32_t stream) override;
  void on_relay_reset(std::uint32_t stream) override;
  void on_relay_sent(std::uint32_t stream, std::size_t count) override;

 private:
  struct Pair {
    std::uint32_t agent = 0;
    std::uint32_t upstream = 0;
    bool is_finished_by_agent = false;
    bool is_finished_by_upstream = false;
  };
  using At = std::vector<Pair>::iterator;
  void on_event(const YamuxEvent& event);
  At of_agent(std::uint32_t stream);
  At of_upstream(std::uint32_t stream);
  void erase_if_closed(At pair);
  void forward();
  void on_own_event(const YamuxEvent& event);

  RpcHandler& calls_;
  const Merge merge_;
  RpcServer* agent_ = nullptr;
  Yamux upstream_;
  Instant now_;
  std::vector<Pair> pairs_;
  std::string waiting_;           // the message of the next call of our own
  std::string waiting_rpc_;       // its name; empty: none waits
  std::uint32_t own_stream_ = 0;  // of the call of our own that is not over; 0: none
  DrpcReader own_reader_;         // of its answer
};

}  // namespace metabatch::agentrpc
