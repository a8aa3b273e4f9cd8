// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <span>
#include <string>

#include "service/http/any_stream.hpp"

namespace metabatch::service {

/// TLS on a connection, small while nothing is sent: OpenSSL's own state and 1 KiB for the bytes
/// that are awaited.
///
/// OpenSSL reads and writes through a BIO of this class. It reads the bytes that were awaited, and
/// then those that the kernel has. What it writes is held only until the kernel has taken it.
/// (asio::ssl::stream keeps four buffers of 17 KiB instead.)
///
/// One reading, or the handshake, and one writing may be under way at a time. All calls are made on
/// the thread of the connection. A callback comes after the call that it belongs to has returned.
class TlsStream final : public std::enable_shared_from_this<TlsStream> {
 public:
  /// @shape server: the name that its certificate must have, where this is the client's side; else
  ///        empty
  /// @errors throws std::bad_alloc
  TlsStream(PlainStream bytes, std::shared_ptr<asio::ssl::context> context, const std::string& server);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  PlainStream& lowest() { return bytes_; }
  void handshake(IoCallback done);
  /// Fails with `eof` when the other side has said that nothing more comes, with `stream_truncated`
  /// when it did not say so.
  void read_some(const asio::mutable_buffer& into, IoCallback done);
  /// Encrypts at most one record.
  void write_some(std::span<const asio::const_buffer> from, IoCallback done);
  /// Tells the other side that nothing more comes. Its answer is not awaited.
  void say_end(IoCallback done);

 private:
  struct Bio;      // what OpenSSL calls
  struct Pending;  // an operation of the socket
  struct Free {
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  void expect(const std::string& server);
  void read(bool is_first);
  void await_input();
  void encrypt(const void* data, std::size_t size, IoCallback done);
  /// Sends what OpenSSL has written, and then calls back whoever waits for that.
  void flush();
  void sent(const Failure& failed);
  void post(IoCallback done, const Failure& failed, std::size_t size);
  /// None: OpenSSL wants more bytes.
  [[nodiscard]] Failure failure_of(int result) const;
  /// -1: there are none now, or never more (input_failed_).
  int take_input(char* into, std::size_t size);

  const std::shared_ptr<asio::ssl::context> context_;  // outlives the session
  PlainStream bytes_;
  std::unique_ptr<SSL, Free> tls_;
  IoCallback reader_;          // of a reading, or of the handshake
  asio::mutable_buffer into_;  // of a reading
  bool is_handshake_ = false;
  IoCallback writer_;
  std::size_t writing_ = 0;  // bytes of the writer, as it gave them
  bool is_sending_ = false;
  std::string output_;  // of OpenSSL, to be sent next
  std::string sending_;
  Failure input_failed_, output_failed_;
  Failure ending_;  // of the reading, once the alert about it is sent
  std::size_t input_begin_ = 0, input_end_ = 0;
  bool has_kernel_more_ = false;  // perhaps
  std::array<char, 1024> input_;
};

}  // namespace metabatch::service
