// SPDX-License-Identifier: Apache-2.0
#include "agentrpc/yamux.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::agentrpc {
namespace {

enum Type : std::uint8_t { kData = 0, kWindowUpdate = 1, kPing = 2, kGoAway = 3 };
enum Flag : std::uint16_t { kSyn = 1, kAck = 2, kFin = 4, kRst = 8 };
enum GoAwayCode : std::uint32_t { kNormal = 0, kProtocolError = 1 };

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

Yamux::Yamux(YamuxSide side, Instant now, YamuxLimits limits)
    : side_(side),
      limits_(limits),
      now_(now),
      next_id_(side == YamuxSide::client ? 1 : 2),
      next_ping_(now + kYamuxPingInterval) {}

void Yamux::receive(std::string_view bytes, Instant now) {
  input_ = bytes;
  now_ = now;
}

std::optional<YamuxEvent> Yamux::next() {
  while (next_event_ == events_.size()) {
    events_.clear();
    next_event_ = 0;
    if (end_ != YamuxEnd::none || !parse_some()) return std::nullopt;
  }
  return events_[next_event_++];
}

// One frame, or the part of its body that is there. False: more bytes are needed.
bool Yamux::parse_some() {
  if (body_left_ > 0) {
    if (input_.empty()) return false;
    const std::string_view part = input_.substr(0, body_left_);
    input_.remove_prefix(part.size());
    body_left_ -= static_cast<std::uint32_t>(part.size());
    on_body(part);
    return true;
  }
  const std::string_view more = input_.substr(0, kYamuxHeaderBytes - header_.size());
  header_ += more;
  input_.remove_prefix(more.size());
  if (header_.size() < kYamuxHeaderBytes) return false;
  const std::string header = std::exchange(header_, {});
  if (header[0] != 0) {
    fail(YamuxEnd::bad_header);
    return true;
  }
  const auto flags =
      static_cast<std::uint16_t>(static_cast<std::uint8_t>(header[2]) << 8 | static_cast<std::uint8_t>(header[3]));
  on_header({static_cast<std::uint8_t>(header[1]), flags, read_u32(header, 4), read_u32(header, 8)});
  return true;
}

// The flags of a Data frame that close the stream take effect after its body, so that no byte
// arrives after `finished`.
void Yamux::on_body(std::string_view part) {
  Stream* const stream = find(body_stream_);
  if (stream == nullptr) return;  // reset meanwhile, or never known: the reference drops such data too
  if (!part.empty()) {
    stream->unconsumed += static_cast<std::uint32_t>(part.size());
    events_.push_back({YamuxEvent::Kind::data, stream->id, part});
  }
  if (body_left_ == 0) apply_closing(*stream, body_flags_);
}

void Yamux::on_header(const Header& header) {
  switch (header.type) {
    case kData:
    case kWindowUpdate: return on_stream_frame(header);
    case kPing: return on_ping(header);
    case kGoAway:
      is_peer_leaving_ = true;
      if (header.length != kNormal) end_ = YamuxEnd::peer_went_away;
      return;
    default: return fail(YamuxEnd::bad_header);
  }
}

void Yamux::on_ping(const Header& header) {
  if ((header.flags & kSyn) != 0) return write_header(kPing, kAck, 0, header.length);
  if (!ping_until_ || header.length != ping_value_) return;  // an answer to nothing is ignored
  ping_until_.reset();
  next_ping_ = now_ + kYamuxPingInterval;
}

void Yamux::on_stream_frame(const Header& header) {
  if (header.stream == 0) return fail(YamuxEnd::bad_header);
  Stream* stream = (header.flags & kSyn) != 0 ? accept(header) : find(header.stream);
  if (end_ != YamuxEnd::none) return;
  if (stream != nullptr && (header.flags & kAck) != 0) {
    stream->is_acknowledged = true;
    stream->open_until.reset();
  }
  if (header.type == kWindowUpdate) {
    if (stream == nullptr) return;
    on_window(*stream, header.length);
    return apply_closing(*stream, header.flags);
  }
  if (stream != nullptr) {
    if (header.length > stream->receive_window) return fail(YamuxEnd::window_exceeded);
    stream->receive_window -= header.length;
  }
  body_stream_ = header.stream;
  body_left_ = header.length;
  body_flags_ = header.flags;
  if (body_left_ == 0) on_body({});
}

Yamux::Stream* Yamux::accept(const Header& header) {
  // A client opens odd streams, a server even ones.
  const bool is_of_peer = (header.stream % 2 == 1) == (side_ == YamuxSide::server);
  if (!is_of_peer) return fail(YamuxEnd::bad_header), nullptr;
  if (find(header.stream) != nullptr) return fail(YamuxEnd::duplicate_stream), nullptr;
  if (is_leaving_ || streams_.size() >= limits_.streams) {
    write_header(kWindowUpdate, kRst, header.stream, 0);
    return nullptr;
  }
  const auto at = std::lower_bound(streams_.begin(), streams_.end(), header.stream,
                                   [](const Stream& one, std::uint32_t id) { return one.id < id; });
  Stream& stream = *streams_.insert(at, Stream{.id = header.stream});
  write_header(kWindowUpdate, kAck, header.stream, 0);
  events_.push_back({YamuxEvent::Kind::opened, header.stream});
  return &stream;
}

void Yamux::apply_closing(Stream& stream, std::uint16_t flags) {
  if ((flags & kRst) != 0) {
    events_.push_back({YamuxEvent::Kind::reset, stream.id});
    return erase(stream.id);
  }
  if ((flags & kFin) == 0) return erase_if_closed(stream);
  if (stream.is_finished_there) return fail(YamuxEnd::unexpected_fin);
  stream.is_finished_there = true;
  events_.push_back({YamuxEvent::Kind::finished, stream.id});
  erase_if_closed(stream);
}

void Yamux::on_window(Stream& stream, std::uint32_t delta) {
  const std::uint64_t window = std::uint64_t{stream.send_window} + delta;
  stream.send_window = static_cast<std::uint32_t>(std::min<std::uint64_t>(window, UINT32_MAX));
  if (stream.waiting.empty()) return;
  const std::size_t sent = std::min<std::size_t>(stream.send_window, stream.waiting.size());
  if (sent == 0) return;
  write_data(stream, std::string_view(stream.waiting).substr(0, sent));
  stream.waiting.erase(0, sent);
  buffered_bytes_ -= sent;
  events_.push_back({YamuxEvent::Kind::sent, stream.id, {}, sent});
  if (stream.waiting.empty() && stream.wants_finish) write_finish(stream);
}

std::optional<std::uint32_t> Yamux::open(Instant now) {
  if (end_ != YamuxEnd::none || is_peer_leaving_ || unacknowledged() >= kYamuxMaxUnacknowledged) return std::nullopt;
  const std::uint32_t id = next_id_;
  next_id_ += 2;
  const auto at = std::lower_bound(streams_.begin(), streams_.end(), id,
                                   [](const Stream& one, std::uint32_t other) { return one.id < other; });
  streams_.insert(at, Stream{.id = id, .is_acknowledged = false, .open_until = now + kYamuxOpenTimeout});
  write_header(kWindowUpdate, kSyn, id, 0);
  return id;
}

std::size_t Yamux::send(std::uint32_t id, std::string_view bytes) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->is_finished_here || stream->wants_finish || bytes.empty()) return 0;
  // Where data waits the window is 0, so that bytes never overtake one another.
  const std::size_t now = std::min<std::size_t>(stream->send_window, bytes.size());
  if (now > 0) write_data(*stream, bytes.substr(0, now));
  if (now == bytes.size()) return now;
  buffered_bytes_ += bytes.size() - now;
  stream->waiting += bytes.substr(now);
  if (buffered_bytes_ > limits_.buffered_bytes) fail(YamuxEnd::too_much_buffered);
  return now;
}

// As the reference: the update grants what makes the window whole again, and is sent once that is
// half of it.
void Yamux::consumed(std::uint32_t id, std::size_t count) {
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  stream->unconsumed -= static_cast<std::uint32_t>(std::min<std::size_t>(count, stream->unconsumed));
  const std::uint32_t delta = kYamuxWindow - stream->unconsumed - stream->receive_window;
  if (delta < kYamuxWindow / 2 || stream->is_finished_there) return;
  stream->receive_window += delta;
  write_header(kWindowUpdate, 0, id, delta);
}

void Yamux::finish(std::uint32_t id) {
  Stream* const stream = find(id);
  if (stream == nullptr || stream->is_finished_here) return;
  if (!stream->waiting.empty()) {
    stream->wants_finish = true;
    return;
  }
  write_finish(*stream);
  erase_if_closed(*stream);
}

void Yamux::reset(std::uint32_t id) {
  if (find(id) == nullptr) return;
  write_header(kWindowUpdate, kRst, id, 0);
  erase(id);
}

void Yamux::go_away() {
  if (std::exchange(is_leaving_, true)) return;
  write_header(kGoAway, 0, 0, kNormal);
}

void Yamux::advance(Instant now) {
  if (end_ != YamuxEnd::none) return;
  if (ping_until_ && now >= *ping_until_) return fail(YamuxEnd::ping_timeout);
  const bool is_open_overdue = std::any_of(streams_.begin(), streams_.end(), [now](const Stream& stream) {
    return stream.open_until && now >= *stream.open_until;
  });
  if (is_open_overdue) return fail(YamuxEnd::open_timeout);
  if (ping_until_ || now < next_ping_) return;
  write_header(kPing, kSyn, 0, ++ping_value_);
  ping_until_ = now + kYamuxPingTimeout;
}

Instant Yamux::next_deadline() const {
  Instant next = ping_until_ ? *ping_until_ : next_ping_;
  for (const Stream& stream : streams_)
    if (stream.open_until) next = std::min(next, *stream.open_until);
  return next;
}

std::string Yamux::take_output() { return std::exchange(output_, {}); }

void Yamux::write_header(std::uint8_t type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length) {
  output_ += '\0';
  output_ += static_cast<char>(type);
  output_ += static_cast<char>(flags >> 8);
  output_ += static_cast<char>(flags & 0xff);
  append_u32(output_, stream);
  append_u32(output_, length);
}

void Yamux::write_data(Stream& stream, std::string_view bytes) {
  write_header(kData, 0, stream.id, static_cast<std::uint32_t>(bytes.size()));
  output_ += bytes;
  stream.send_window -= static_cast<std::uint32_t>(bytes.size());
}

void Yamux::write_finish(Stream& stream) {
  stream.is_finished_here = true;
  write_header(kWindowUpdate, kFin, stream.id, 0);
}

// What the peer did wrong is reported to it once; nothing is sent after that.
void Yamux::fail(YamuxEnd end) {
  if (end != YamuxEnd::ping_timeout && end != YamuxEnd::open_timeout && end != YamuxEnd::too_much_buffered)
    write_header(kGoAway, 0, 0, kProtocolError);
  end_ = end;
}

Yamux::Stream* Yamux::find(std::uint32_t id) {
  const auto at = std::lower_bound(streams_.begin(), streams_.end(), id,
                                   [](const Stream& one, std::uint32_t other) { return one.id < other; });
  return at != streams_.end() && at->id == id ? &*at : nullptr;
}

void Yamux::erase(std::uint32_t id) {
  Stream* const stream = find(id);
  if (stream == nullptr) return;
  buffered_bytes_ -= stream->waiting.size();
  streams_.erase(streams_.begin() + (stream - streams_.data()));
}

void Yamux::erase_if_closed(const Stream& stream) {
  if (stream.is_finished_here && stream.is_finished_there) erase(stream.id);
}

std::size_t Yamux::unacknowledged() const {
  return static_cast<std::size_t>(
      std::count_if(streams_.begin(), streams_.end(), [](const Stream& one) { return !one.is_acknowledged; }));
}

}  // namespace metabatch::agentrpc
