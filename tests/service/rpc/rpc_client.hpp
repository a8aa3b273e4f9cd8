// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <optional>
#include <string>

#include "core/agentrpc/wire.hpp"
#include "service/client.hpp"

inline constexpr std::string_view kReportRpc = "/coder.agent.v2.Agent/BatchUpdateMetadata";

/// A report of one item, as a message of protobuf.
inline std::string rpc_report(std::string_view key, std::string_view value) {
  const auto field = [](char tag, std::string_view body) {
    return std::string{tag, static_cast<char>(body.size())}.append(body);
  };
  return field('\x12', field('\x0a', key) + field('\x12', field('\x1a', value)));
}

/// A stream with one call, as the reference client opens it.
inline std::string open_call(std::uint32_t stream, std::string_view message, std::string_view rpc = kReportRpc) {
  return wire::opened(stream) + wire::data(stream, wire::call(rpc, message));
}

/// An agent's WebSocket, byte by byte.
class RpcClient {
 public:
  static constexpr std::string_view kPath = "/api/v2/workspaceagents/me/rpc?role=agent&version=2.8";

  static std::string handshake(std::string_view token, std::string_view path = kPath) {
    return request("GET", path, token, {},
                   "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                   "dGhlIHNhbXBsZSBub25jZQ==\r\n");
  }
  /// Connected, or not: see head().
  RpcClient(std::uint16_t port, std::string_view token) : client_(port) {
    client_.send(handshake(token));
    head_ = client_.until("\r\n\r\n");
  }
  [[nodiscard]] bool is_open() const { return head_.starts_with("HTTP/1.1 101 "); }
  [[nodiscard]] const std::string& head() const { return head_; }

  /// One message, masked with zeros; under 64 KiB.
  void send(std::string_view body, char opcode = '\x82') {
    std::string frame(1, opcode);
    if (body.size() < 126) frame += static_cast<char>(0x80 | body.size());
    if (body.size() >= 126)
      frame.append({'\xfe', static_cast<char>(body.size() >> 8), static_cast<char>(body.size() & 0xff)});
    client_.send(frame.append(4, '\0').append(body));
  }
  /// The payload of the next message, or its close code as "close 1001"; "" when nothing comes any
  /// more.
  std::string message() {
    const std::string head = client_.exactly(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<std::uint8_t>(head[1]);
    if (size == 126) {
      const std::string more = client_.exactly(2);
      size = static_cast<std::size_t>(static_cast<std::uint8_t>(more[0]) << 8 | static_cast<std::uint8_t>(more[1]));
    }
    const std::string body = client_.exactly(size);
    if (head[0] != '\x88') return body;
    return "close " + std::to_string(static_cast<std::uint8_t>(body[0]) << 8 | static_cast<std::uint8_t>(body[1]));
  }
  /// All payloads up to and with `mark`, or until nothing comes any more.
  std::string until(std::string_view mark) {
    std::string all;
    while (all.find(mark) == std::string::npos) {
      const std::string one = message();
      if (one.empty()) break;
      all += one;
    }
    return all;
  }
  std::string rest() { return client_.rest(); }

 private:
  Client client_;
  std::string head_;
};

/// What the peer in Python says of its calls; a JSON object.
inline QJsonObject peer_calls(std::uint16_t port, const std::string& token, const QStringList& more) {
  QProcess peer;
  peer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  peer.start(QStringLiteral("python3"),
             QStringList{QStringLiteral("-B"), QStringLiteral(METABATCH_SOURCE_DIR "/tests/service/rpc/rpc_peer.py"),
                         QStringLiteral("call"), QStringLiteral("127.0.0.1"), QString::number(port),
                         QString::fromStdString(token)} +
                 more);
  if (!peer.waitForFinished(120'000)) peer.kill();
  return QJsonDocument::fromJson(peer.readAllStandardOutput()).object();
}
