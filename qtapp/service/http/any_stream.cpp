// SPDX-License-Identifier: Apache-2.0
#include "service/http/any_stream.hpp"

#include <openssl/ssl.h>

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

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
  InTls(PlainSocket socket, std::shared_ptr<asio::ssl::context> a_tls, const std::string& server)
      : tls(std::move(a_tls)),
        side(server.empty() ? asio::ssl::stream_base::server : asio::ssl::stream_base::client),
        stream(PlainStream(std::move(socket)), *tls) {
    if (server.empty()) return;
    SSL_set_tlsext_host_name(stream.native_handle(), server.c_str());
    stream.set_verify_callback(asio::ssl::host_name_verification(server));
  }
  PlainStream& lowest() override { return beast::get_lowest_layer(stream); }
  void handshake(IoCallback done) override {
    stream.async_handshake(side, [kept = std::move(done)](const Failure& failed) mutable { kept(failed, 0); });
  }
  void read_some(const asio::mutable_buffer& into, IoCallback done) override {
    stream.async_read_some(into, std::move(done));
  }
  void write_some(const Several& from, IoCallback done) override { stream.async_write_some(from, std::move(done)); }
  void teardown(beast::role_type role, IoCallback done) override { tear_down(role, stream, std::move(done)); }

  const std::shared_ptr<asio::ssl::context> tls;  // outlives the stream
  const asio::ssl::stream_base::handshake_type side;
  beast::ssl_stream<PlainStream> stream;
};

AnyStream::AnyStream(PlainStream stream) : bytes_(std::make_unique<InTheClear>(std::move(stream))) {}

AnyStream::AnyStream(PlainSocket socket, std::shared_ptr<asio::ssl::context> tls, const std::string& server) {
  if (tls)
    bytes_ = std::make_unique<InTls>(std::move(socket), std::move(tls), server);
  else
    bytes_ = std::make_unique<InTheClear>(PlainStream(std::move(socket)));
}

}  // namespace metabatch::service
