// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "service/requests.hpp"
#include "support/net/received_bytes.hpp"

/// A client that sees every byte. It waits with a deadline; bytes that come too late are missing
/// from its result.
class Client : public metabatch::test::ReceivedBytes {
 public:
  static constexpr auto kPatience = std::chrono::seconds(20);

  /// @shape from: the address of this end; null: the system's choice
  explicit Client(std::uint16_t port, int receive_buffer = 0, std::chrono::seconds patience = kPatience,
                  const char* from = nullptr)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)), deadline_(std::chrono::steady_clock::now() + patience) {
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (from != nullptr) {
      ::inet_pton(AF_INET, from, &address.sin_addr);
      if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    }
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  /// None: nobody listens there.
  static std::unique_ptr<Client> try_to(std::uint16_t port, std::chrono::seconds patience = kPatience) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return std::unique_ptr<Client>(new Client(Connected{socket}, patience));
    ::close(socket);
    return nullptr;
  }
  /// By a Unix socket.
  explicit Client(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)), deadline_(std::chrono::steady_clock::now() + kPatience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// @return false: the other side does not accept it any more
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Everything until the other side closes; "(still open)" follows when it does not close.
  std::string rest() {
    while (more()) {
    }
    return seen() + (is_closed_ ? "" : "(still open)");
  }
  [[nodiscard]] int descriptor() const { return socket_; }
  /// For who polls descriptor(): reads once what has come.
  ///
  /// @return false: the other side has closed
  bool receive() {
    char bytes[65536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      is_closed_ = true;
      return false;
    }
    received(bytes, static_cast<std::size_t>(got));
    return true;
  }
  [[nodiscard]] bool is_closed() const { return is_closed_; }
  /// The client's end of the connection, as the other side sees it.
  [[nodiscard]] std::string address() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
    return "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
  }

 private:
  struct Connected {
    int socket;
  };
  Client(Connected to, std::chrono::seconds patience)
      : socket_(to.socket), deadline_(std::chrono::steady_clock::now() + patience) {}
  bool more() override {
    pollfd watched{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    if (is_closed_ || left.count() <= 0 || ::poll(&watched, 1, static_cast<int>(left.count())) <= 0) return false;
    return receive();
  }

  int socket_;
  const std::chrono::steady_clock::time_point deadline_;
  bool is_closed_ = false;
};
