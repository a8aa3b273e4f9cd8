// SPDX-License-Identifier: Apache-2.0
#include "agentrpc/rpc_relay.hpp"

#include <algorithm>

namespace metabatch::agentrpc {
namespace {

constexpr std::size_t kMaxWaiting = std::size_t{1} << 20;  // bytes of merged messages; older ones are dropped

}  // namespace

void RpcRelay::receive(std::string_view bytes, Instant now) {
  now_ = now;
  upstream_.receive(bytes, now);
  while (const auto event = upstream_.next()) on_event(*event);
}

void RpcRelay::advance(Instant now) {
  now_ = now;
  upstream_.advance(now);
}

void RpcRelay::on_event(const YamuxEvent& event) {
  if (event.kind == YamuxEvent::Kind::opened) return upstream_.reset(event.stream);  // a control plane opens none
  if (event.stream == own_stream_) return on_own_event(event);
  const At pair = of_upstream(event.stream);
  if (pair == pairs_.end()) return;
  switch (event.kind) {
    // What the agent's window holds back is returned to the control plane's by on_relay_sent().
    case YamuxEvent::Kind::data: return upstream_.consumed(event.stream, agent_->relay_send(pair->agent, event.bytes));
    case YamuxEvent::Kind::finished:
      agent_->relay_finish(pair->agent);
      pair->is_finished_by_upstream = true;
      return erase_if_closed(pair);
    case YamuxEvent::Kind::reset:
      agent_->relay_reset(pair->agent);
      pairs_.erase(pair);
      return;
    case YamuxEvent::Kind::sent: return agent_->relay_consumed(pair->agent, event.count);
    case YamuxEvent::Kind::opened: return;
  }
}

RpcAnswer RpcRelay::on_call(std::string_view rpc, std::string_view message) {
  RpcAnswer answer = calls_.on_call(rpc, message);
  if (!merge_ || answer.is_error) return answer;
  if (waiting_.size() > kMaxWaiting) waiting_.clear();
  merge_(waiting_, message);
  waiting_rpc_ = rpc;
  forward();
  return answer;
}

void RpcRelay::forward() {
  if (own_stream_ != 0 || waiting_rpc_.empty()) return;
  const auto opened = upstream_.open(now_);
  if (!opened) return;
  own_stream_ = *opened;
  own_reader_ = {};
  std::string call;
  append_packet(call, DrpcKind::invoke, 1, 1, waiting_rpc_);
  append_packet(call, DrpcKind::message, 1, 2, waiting_);
  append_packet(call, DrpcKind::close_send, 1, 3, {});
  waiting_.clear();
  waiting_rpc_.clear();
  upstream_.send(own_stream_, call);
}

// A control plane closes its direction after ours, so ours is closed once the answer is complete.
void RpcRelay::on_own_event(const YamuxEvent& event) {
  if (event.kind == YamuxEvent::Kind::data) {
    upstream_.consumed(event.stream, event.bytes.size());
    own_reader_.receive(event.bytes);
    bool is_over = false;
    while (const auto packet = own_reader_.next())
      is_over |= packet->kind == DrpcKind::close_send || packet->kind == DrpcKind::error;
    if (is_over || own_reader_.is_broken()) upstream_.finish(event.stream);
    return;
  }
  if (event.kind != YamuxEvent::Kind::finished && event.kind != YamuxEvent::Kind::reset) return;
  upstream_.finish(event.stream);
  own_stream_ = 0;
  forward();
}

void RpcRelay::on_relay(std::uint32_t stream, std::string_view bytes) {
  At pair = of_agent(stream);
  if (pair == pairs_.end()) {
    const auto opened = upstream_.open(now_);
    if (!opened) return agent_->relay_reset(stream);
    pairs_.push_back({.agent = stream, .upstream = *opened});
    pair = pairs_.end() - 1;
  }
  agent_->relay_consumed(stream, upstream_.send(pair->upstream, bytes));
}

void RpcRelay::on_relay_finished(std::uint32_t stream) {
  const At pair = of_agent(stream);
  if (pair == pairs_.end()) return;
  upstream_.finish(pair->upstream);
  pair->is_finished_by_agent = true;
  erase_if_closed(pair);
}

void RpcRelay::on_relay_reset(std::uint32_t stream) {
  const At pair = of_agent(stream);
  if (pair == pairs_.end()) return;
  upstream_.reset(pair->upstream);
  pairs_.erase(pair);
}

void RpcRelay::on_relay_sent(std::uint32_t stream, std::size_t count) {
  if (const At pair = of_agent(stream); pair != pairs_.end()) upstream_.consumed(pair->upstream, count);
}

RpcRelay::At RpcRelay::of_agent(std::uint32_t stream) {
  return std::find_if(pairs_.begin(), pairs_.end(), [stream](const Pair& one) { return one.agent == stream; });
}

RpcRelay::At RpcRelay::of_upstream(std::uint32_t stream) {
  return std::find_if(pairs_.begin(), pairs_.end(), [stream](const Pair& one) { return one.upstream == stream; });
}

// A direction is finished when its last byte was handed over; what a window still holds back, Yamux
// sends before the end.
void RpcRelay::erase_if_closed(At pair) {
  if (pair->is_finished_by_agent && pair->is_finished_by_upstream) pairs_.erase(pair);
}

}  // namespace metabatch::agentrpc
