// SPDX-License-Identifier: Apache-2.0
#include "bench/serve/rpc_load.hpp"

namespace metabatch::bench {
namespace {

constexpr std::string_view kReport = "/coder.agent.v2.Agent/BatchUpdateMetadata";
constexpr std::size_t kHeader = 12;  // bytes of a yamux header
constexpr std::uint16_t kSyn = 1, kAck = 2, kFin = 4;
constexpr std::uint8_t kData = 0, kWindow = 1, kPing = 2;

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
  return bytes += static_cast<char>(value);
}

/// A length-delimited field of protobuf.
std::string field(int number, std::string_view bytes) {
  return varint(static_cast<std::uint64_t>(number) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

/// A whole dRPC packet in one frame.
std::string packet(char control, char message, std::string_view data) {
  return std::string({control, 1, message}) + varint(data.size()) + std::string(data);
}

std::string call_of(std::string_view rpc, std::string_view message) {
  return packet(3, 1, rpc) + packet(5, 2, message) + packet(0x0d, 3, {});
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

std::string header(std::uint8_t type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length) {
  std::string bytes = {0, static_cast<char>(type), static_cast<char>(flags >> 8), static_cast<char>(flags)};
  for (const std::uint32_t value : {stream, length})
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  return bytes;
}

/// A binary message, masked with zeros.
std::string message_of(std::string_view body) {
  std::string bytes = "\x82";
  if (body.size() < 126) {
    bytes += static_cast<char>(0x80 | body.size());
  } else {
    bytes += static_cast<char>(0xfe);
    bytes += static_cast<char>(body.size() >> 8);
    bytes += static_cast<char>(body.size());
  }
  return bytes.append(4, '\0').append(body);
}

void write_all(int socket, std::string_view bytes) {
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("send");
}

void upgrade(int socket, std::size_t agent) {
  write_all(socket,
            "GET /api/v2/workspaceagents/me/rpc?version=2.8 HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " +
                format_uuid(token_number(agent)) +
                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  std::string head;
  for (char byte = 0; !head.ends_with("\r\n\r\n"); head += byte)
    if (::recv(socket, &byte, 1, 0) != 1) fail("no answer to the upgrade");
  if (!head.starts_with("HTTP/1.1 101 ")) fail("no upgrade");
}

}  // namespace

std::string report_call() {
  std::string items;
  for (std::size_t key = 0; key < kKeys; ++key)
    items += field(2, field(1, "key_" + std::to_string(key)) + field(2, field(3, "12.34 % of something")));
  return call_of(kReport, items);
}

RpcSenders::RpcSenders(std::uint16_t port, std::size_t connections)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  for (std::size_t i = 0; i < connections; ++i) {
    connections_[i].socket = connect_to(port);
    upgrade(connections_[i].socket, i % kAgents);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
    idle_.push_back(i);
  }
}

RpcSenders::~RpcSenders() {
  for (const Connection& one : connections_) ::close(one.socket);
  ::close(poll_);
}

Load RpcSenders::run(std::string_view rpc, double rate, std::chrono::seconds duration) {
  call_ = rpc == kReport ? report_call() : call_of(rpc, {});
  due_.clear();
  const auto end = Wall::now() + duration;
  const auto gap = std::chrono::nanoseconds(rate > 0 ? static_cast<std::int64_t>(1e9 / rate) : 0);
  for (auto due = Wall::now(); Wall::now() < end;) {
    for (auto now = Wall::now(); !idle_.empty() && (rate == 0 || due <= now); due += gap, now = Wall::now()) {
      send(idle_.front(), rate == 0 ? now : due);
      idle_.pop_front();
    }
    look(idle_.empty() || rate == 0 ? std::chrono::milliseconds(100) : due - Wall::now());
  }
  Load load;
  load.rate = static_cast<double>(due_.size()) / std::chrono::duration<double>(duration).count();
  while (idle_.size() < connections_.size())
    if (!look(std::chrono::seconds(5))) fail("a call is not answered");
  load.due = Quantiles::of(due_);
  return load;
}

void RpcSenders::call_each(std::string_view rpc) {
  call_ = rpc == kReport ? report_call() : call_of(rpc, {});
  for (; !idle_.empty(); idle_.pop_front()) send(idle_.front(), Wall::now());
  while (idle_.size() < connections_.size())
    if (!look(std::chrono::seconds(30))) fail("a call is not answered");
}

void RpcSenders::send(std::size_t number, Wall::time_point due) {
  Connection& one = connections_[number];
  std::string bytes;
  if (one.stream > 1) bytes += message_of(header(kWindow, kFin, one.stream - 2, 0));
  bytes += message_of(header(kWindow, kSyn, one.stream, 0));
  bytes += message_of(header(kData, 0, one.stream, static_cast<std::uint32_t>(call_.size())));
  bytes += message_of(call_);
  one.due = due;
  one.is_calling = true;
  one.stream += 2;
  write_all(one.socket, bytes);
}

bool RpcSenders::look(std::chrono::nanoseconds limit) {
  return for_each_readable(poll_, limit, [this](std::size_t i) { take(i); });
}

/// Messages of a server are not masked.
void RpcSenders::take(std::size_t number) {
  Connection& one = connections_[number];
  char bytes[16384];
  const ssize_t got = ::recv(one.socket, bytes, sizeof bytes, 0);
  if (got <= 0) fail("a connection has ended");
  one.rest.append(bytes, static_cast<std::size_t>(got));
  std::size_t at = 0;
  while (one.rest.size() >= at + 4) {
    std::size_t size = static_cast<std::uint8_t>(one.rest[at + 1]), head = 2;
    if (size == 126) {
      size = number_at(one.rest, at) & 0xffff;
      head = 4;
    }
    if (size == 127 || one.rest.size() < at + head + size) break;
    if (one.rest[at] == '\x82') one.input.append(one.rest, at + head, size);
    at += head + size;
  }
  one.rest.erase(0, at);
  read_frames(number);
}

void RpcSenders::read_frames(std::size_t number) {
  Connection& one = connections_[number];
  std::size_t at = 0;
  while (one.input.size() >= at + kHeader) {
    const std::uint8_t type = static_cast<std::uint8_t>(one.input[at + 1]);
    const std::uint32_t stream = number_at(one.input, at + 4), length = number_at(one.input, at + 8);
    const std::size_t size = kHeader + (type == kData ? length : 0);
    if (one.input.size() < at + size) break;
    if (type == kPing && (one.input[at + 3] & kSyn) != 0)
      write_all(one.socket, message_of(header(kPing, kAck, 0, length)));
    // The answer, or the error, of the call: a message (5) or an error (7) begins it.
    const bool is_answer = type == kData && length > 0 && stream == one.stream - 2 && one.is_calling;
    if (is_answer && (one.input[at + kHeader] == 5 || one.input[at + kHeader] == 7)) answered(number);
    at += size;
  }
  one.input.erase(0, at);
}

void RpcSenders::answered(std::size_t number) {
  Connection& one = connections_[number];
  one.is_calling = false;
  due_.push_back(std::chrono::duration<double, std::milli>(Wall::now() - one.due).count());
  idle_.push_back(number);
}

}  // namespace metabatch::bench
