// SPDX-License-Identifier: Apache-2.0
#include "service/http/any_stream.hpp"

#include <poll.h>

#include <boost/beast/websocket/teardown.hpp>

#include "service/sockets/acknowledged.hpp"
#include "service/sockets/tls_stream.hpp"

namespace metabatch::service {
namespace {

template <class Stream>
void tear_down(beast::role_type role, Stream& stream, IoCallback done) {
  using beast::websocket::async_teardown;
  async_teardown(role, stream, [kept = std::move(done)](const Failure& failed) mutable { kept(failed, 0); });
}

}  // namespace

struct AnyStream::InTheClear final : Bytes {
  explicit InTheClear(PlainStream a_stream) : stream(std::move(a_stream)) {}
  PlainStream& lowest() override { return stream; }
  void handshake(IoCallback done) override { done({}, 0); }
  void read_some(const asio::mutable_buffer& into, IoCallback done) override {
    stream.async_read_some(into, std::move(done));
  }
  void write_some(const Several& from, IoCallback done) override { stream.async_write_some(from, std::move(done)); }
  void teardown(beast::role_type role, IoCallback done) override { tear_down(role, stream, std::move(done)); }

  PlainStream stream;
};

struct AnyStream::InTls final : Bytes {
  InTls(PlainSocket socket, std::shared_ptr<asio::ssl::context> tls, const std::string& server)
      : stream(std::make_shared<TlsStream>(PlainStream(std::move(socket)), std::move(tls), server)) {}
  ~InTls() override { stream->lowest().close(); }  // else an operation would keep it alive
  InTls(const InTls&) = delete;
  InTls& operator=(const InTls&) = delete;
  PlainStream& lowest() override { return stream->lowest(); }
  void handshake(IoCallback done) override { stream->handshake(std::move(done)); }
  void read_some(const asio::mutable_buffer& into, IoCallback done) override {
    stream->read_some(into, std::move(done));
  }
  void write_some(const Several& from, IoCallback done) override { stream->write_some(from, std::move(done)); }
  void teardown(beast::role_type role, IoCallback done) override {
    stream->say_end(
        IoCallback([one = stream, role, kept = std::move(done)](const Failure& failed, std::size_t) mutable {
          failed ? kept(failed, 0) : tear_down(role, one->lowest(), std::move(kept));
        }));
  }

  const std::shared_ptr<TlsStream> stream;
};

AnyStream::AnyStream(PlainStream stream, std::shared_ptr<void> slot)
    : slot_(std::move(slot)), bytes_(std::make_unique<InTheClear>(std::move(stream))) {}

AnyStream::AnyStream(PlainSocket socket, std::shared_ptr<asio::ssl::context> tls, const std::string& server,
                     std::shared_ptr<void> slot)
    : slot_(std::move(slot)) {
  if (tls)
    bytes_ = std::make_unique<InTls>(std::move(socket), std::move(tls), server);
  else
    bytes_ = std::make_unique<InTheClear>(PlainStream(std::move(socket)));
}

/// The kernel counts what the other end of a TCP connection has acknowledged. A Unix socket has one
/// small buffer, so that a new writing begins only while the other end reads.
std::uint64_t AnyStream::taken_bytes() {
  return acknowledged_bytes(next_layer().socket().native_handle()) + bytes_->writings;
}

// Other bytes may stand before the end, such as an alert of TLS. So the socket's state is asked
// for, not its next byte.
bool AnyStream::is_ended_by_peer() {
  pollfd socket{next_layer().socket().native_handle(), POLLRDHUP, 0};
  return ::poll(&socket, 1, 0) > 0;
}

}  // namespace metabatch::service
