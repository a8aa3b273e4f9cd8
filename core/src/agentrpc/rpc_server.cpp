// SPDX-License-Identifier: Apache-2.0
#include "agentrpc/rpc_server.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::agentrpc {
namespace {

// The first call of a stream must be named within so many bytes, where streams may be relayed.
constexpr std::size_t kMaxRelayPrefix = std::size_t{64} << 10;

}  // namespace

RpcServer::RpcServer(RpcHandler& handler, Instant now, RpcLimits limits)
    : handler_(handler), limits_(limits), yamux_(YamuxSide::server, now, limits.yamux) {}

void RpcServer::receive(std::string_view bytes, Instant now) {
  yamux_.receive(bytes, now);
  while (const auto event = yamux_.next()) on_event(*event);
}

void RpcServer::on_event(const YamuxEvent& event) {
  if (event.kind == YamuxEvent::Kind::opened) {
    streams_.push_back(Stream{.id = event.stream});
    // The agent numbers its streams upwards; whoever does not is sorted in.
    for (std::size_t i = streams_.size() - 1; i > 0 && streams_[i - 1].id > streams_[i].id; --i)
      std::swap(streams_[i - 1], streams_[i]);
    return;
  }
  Stream* const stream = find(event.stream);
  if (stream == nullptr) return;
  switch (event.kind) {
    case YamuxEvent::Kind::data: return on_data(*stream, event.bytes);
    case YamuxEvent::Kind::finished: return on_finished(*stream);
    case YamuxEvent::Kind::reset:
      if (stream->mode == Mode::relayed) handler_.on_relay_reset(stream->id);
      return erase(event.stream);
    case YamuxEvent::Kind::sent:
      if (stream->mode == Mode::relayed) handler_.on_relay_sent(stream->id, event.count);
      return;
    case YamuxEvent::Kind::opened: return;
  }
}

// Relayed bytes return to the agent's window only when the other side took them; all others are
// processed here and now.
void RpcServer::on_data(Stream& stream, std::string_view bytes) {
  const std::uint32_t id = stream.id;
  if (stream.mode == Mode::relayed) return handler_.on_relay(id, bytes);
  if (stream.mode == Mode::ignored) return yamux_.consumed(id, bytes.size());
  if (stream.mode == Mode::undecided && handler_.relays()) stream.prefix += bytes;
  read_packets(stream, bytes);
  Stream* const after = find(id);
  if (after == nullptr) return;
  const bool is_held = !after->prefix.empty() || after->mode == Mode::relayed;
  if (!is_held) yamux_.consumed(id, bytes.size());
  if (after->prefix.size() > kMaxRelayPrefix) abandon(*after);
}

void RpcServer::read_packets(Stream& stream, std::string_view bytes) {
  const std::uint32_t id = stream.id;
  stream.reader->receive(bytes);
  while (const auto packet = stream.reader->next()) {
    on_packet(stream, *packet);
    const Stream* const after = find(id);
    if (after == nullptr || after->mode == Mode::relayed) return;  // the handler may have reset it
  }
  // As the reference: a stream that breaks the format ends, the connection goes on.
  if (stream.reader->is_broken() || is_over_packet_limit(stream)) abandon(stream);
}

// Most calls arrive in one piece and leave nothing behind: only what did is summed up.
bool RpcServer::is_over_packet_limit(const Stream& stream) const {
  if (stream.reader->buffered_bytes() == 0) return false;
  std::size_t sum = 0;
  for (const Stream& one : streams_) sum += one.reader->buffered_bytes();
  return sum > limits_.packet_bytes;
}

void RpcServer::on_packet(Stream& stream, const DrpcPacket& packet) {
  switch (packet.kind) {
    case DrpcKind::invoke: return on_invoke(stream, packet);
    case DrpcKind::message: return on_message(stream, packet);
    case DrpcKind::error:
    case DrpcKind::cancel:
    case DrpcKind::close:
      if (packet.stream == stream.call) stream.call = 0;  // nobody waits for the answer
      return;
    case DrpcKind::close_send:
      if (packet.stream != stream.call || stream.call == 0) return;
      return answer(stream, std::exchange(stream.call, 0), {true, 0, "EOF"});  // a call without its message
    case DrpcKind::invoke_metadata: return;
  }
}

void RpcServer::on_invoke(Stream& stream, const DrpcPacket& packet) {
  const bool is_ours = handler_.answers(packet.data);
  if (stream.mode == Mode::undecided && !is_ours && handler_.relays()) return begin_relay(stream);
  if (stream.mode == Mode::undecided) {
    stream.mode = Mode::answered;
    yamux_.consumed(stream.id, stream.prefix.size());
    std::string().swap(stream.prefix);
  }
  stream.call = is_ours ? packet.stream : 0;
  stream.rpc = is_ours ? packet.data : std::string_view();
  if (!is_ours) answer(stream, packet.stream, {true, kDrpcUnimplemented, "Unimplemented"});
}

void RpcServer::on_message(Stream& stream, const DrpcPacket& packet) {
  if (packet.stream != stream.call || stream.call == 0) return;
  answer(stream, std::exchange(stream.call, 0), handler_.on_call(stream.rpc, packet.data));
}

// The messages of our direction are numbered from 1 in each call.
void RpcServer::answer(const Stream& stream, std::uint64_t call, const RpcAnswer& answer) {
  std::string out;
  if (answer.is_error) {
    append_error(out, call, 1, answer.code, answer.text);
  } else {
    append_packet(out, DrpcKind::message, call, 1, {});
    append_packet(out, DrpcKind::close_send, call, 2, {});
  }
  yamux_.send(stream.id, out);
}

void RpcServer::begin_relay(Stream& stream) {
  stream.mode = Mode::relayed;
  *stream.reader = {};
  const std::string prefix = std::exchange(stream.prefix, {});
  handler_.on_relay(stream.id, prefix);
}

void RpcServer::on_finished(Stream& stream) {
  const std::uint32_t id = stream.id;
  if (stream.mode == Mode::relayed) {
    stream.is_finished_there = true;
    handler_.on_relay_finished(id);
    if (Stream* const after = find(id); after != nullptr && after->is_finished_here) erase(id);
    return;
  }
  yamux_.finish(id);
  erase(id);
}

void RpcServer::relay_finish(std::uint32_t id) {
  yamux_.finish(id);
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  stream->is_finished_here = true;
  if (stream->is_finished_there) erase(id);
}

void RpcServer::relay_reset(std::uint32_t id) {
  yamux_.reset(id);
  erase(id);
}

// The stream stays known until the agent closes its direction, so that its bytes are returned to
// the window.
void RpcServer::abandon(Stream& stream) {
  if (stream.mode == Mode::ignored) return;
  *stream.reader = {};
  stream.mode = Mode::ignored;
  yamux_.consumed(stream.id, stream.prefix.size());
  std::string().swap(stream.prefix);
  yamux_.finish(stream.id);
}

RpcServer::Stream* RpcServer::find(std::uint32_t id) {
  const auto at = std::lower_bound(streams_.begin(), streams_.end(), id,
                                   [](const Stream& one, std::uint32_t other) { return one.id < other; });
  return at != streams_.end() && at->id == id ? &*at : nullptr;
}

void RpcServer::erase(std::uint32_t id) {
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  streams_.erase(streams_.begin() + (stream - streams_.data()));
}

}  // namespace metabatch::agentrpc
