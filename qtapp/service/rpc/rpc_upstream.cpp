// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/rpc_upstream.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <utility>

#include "service/http/any_stream.hpp"

namespace metabatch::service {
namespace {

using asio::ip::tcp;
namespace websocket = beast::websocket;

constexpr std::string_view kPath = "/api/v2/workspaceagents/me/rpc?";

class UpstreamSocket final : public RpcUpstream, public std::enable_shared_from_this<UpstreamSocket> {
 public:
  UpstreamSocket(asio::io_context& context, RelayTarget to, UpstreamRequest request,
                 std::function<void(DialledUpstream)> done)
      : to_(std::move(to)),
        request_(std::move(request)),
        done_(std::move(done)),
        resolver_(context.get_executor()),
        socket_(context.get_executor()),
        limit_(context.get_executor()) {}

  void dial(Duration limit) {
    limit_.expires_after(in_ms(limit));
    limit_.async_wait([self = shared_from_this()](const Failure& cancelled) {
      if (!cancelled) self->fail("no answer in time");
    });
    resolver_.async_resolve(to_.address.host, to_.address.port,
                            [self = shared_from_this()](const Failure& failed, const Resolver::results_type& found) {
                              failed ? self->fail(failed.message()) : self->connect(found);
                            });
  }

  void begin(Events events) override { events_ = std::move(events); }
  void read() override {
    stream_->async_read_some(asio::buffer(input_),
                             [self = shared_from_this()](const Failure& failed, std::size_t size) {
                               if (self->has_ended_) return;
                               failed ? self->lose() : self->events_.bytes({self->input_.data(), size});
                             });
  }
  void write(std::string bytes) override {
    output_ = std::move(bytes);
    stream_->async_write(asio::buffer(output_), [self = shared_from_this()](const Failure& failed, std::size_t) {
      if (self->has_ended_) return;
      failed ? self->lose() : self->events_.written();
    });
  }
  void end() override {
    if (!std::exchange(has_ended_, true)) close();
  }

 private:
  using Resolver = asio::ip::basic_resolver<tcp, Executor>;

  void connect(const Resolver::results_type& found) {
    if (!done_) return;
    asio::async_connect(socket_, found, [self = shared_from_this()](const Failure& failed, const tcp::endpoint&) {
      failed ? self->fail(failed.message()) : self->connected();
    });
  }
  void connected() {
    if (!done_) return;
    Failure ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    stream_.emplace(AnyStream(PlainSocket(std::move(socket_)), to_.tls, to_.address.host));
    stream_->next_layer().handshake(IoCallback([self = shared_from_this()](const Failure& failed, std::size_t) {
      failed ? self->fail(failed.message()) : self->upgrade();
    }));
  }
  void upgrade() {
    if (!done_) return;
    stream_->auto_fragment(false);
    stream_->read_message_max(0);
    stream_->binary(true);
    stream_->set_option(websocket::stream_base::decorator([token = request_.token](websocket::request_type& request) {
      request.set("Coder-Session-Token", token);
      request.set(beast::http::field::user_agent, "metabatch");
    }));
    stream_->async_handshake(response_, to_.address.authority(), std::string(kPath) + request_.query,
                             [self = shared_from_this()](const Failure& failed) { self->upgraded(failed); });
  }
  void upgraded(const Failure& failed) {
    if (failed == websocket::error::upgrade_declined) return pass_on();
    if (failed) return fail(failed.message());
    limit_.cancel();
    if (done_) std::exchange(done_, nullptr)({shared_from_this(), {}});
  }
  /// The refusal of the control plane, in its own words.
  void pass_on() {
    const auto type = response_[beast::http::field::content_type];
    const bool is_json = type.starts_with("application/json");
    answer({.status = response_.result_int(),
            .body = std::move(response_.body()),
            .content_type = is_json ? kJsonType : kTextType});
  }
  void fail(const std::string& reason) { answer(error_response(502, "The control plane cannot be reached.", reason)); }
  void answer(HttpResponse refusal) {
    limit_.cancel();
    close();
    if (done_) std::exchange(done_, nullptr)({nullptr, std::move(refusal)});
  }
  void lose() {
    end();
    events_.ended();
  }
  void close() {
    resolver_.cancel();
    Failure ignored;
    stream_ ? beast::get_lowest_layer(*stream_).close() : (void)socket_.close(ignored);
  }

  const RelayTarget to_;
  const UpstreamRequest request_;
  std::function<void(DialledUpstream)> done_;  // until it was called
  Resolver resolver_;
  asio::basic_stream_socket<tcp, Executor> socket_;  // until it is connected
  Timer limit_;
  std::optional<websocket::stream<AnyStream>> stream_;
  websocket::response_type response_;
  Events events_;
  std::array<char, 16 << 10> input_;
  std::string output_;  // being sent
  bool has_ended_ = false;
};

}  // namespace

RelayTarget relay_target(const RelayAddress& address) {
  RelayTarget target{.address = address, .tls = nullptr};
  if (!address.is_tls) return target;
  target.tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  target.tls->set_default_verify_paths();
  target.tls->set_verify_mode(asio::ssl::verify_peer);
  return target;
}

void dial_upstream(asio::io_context& context, const RelayTarget& to, UpstreamRequest request, Duration limit,
                   std::function<void(DialledUpstream)> done) {
  std::make_shared<UpstreamSocket>(context, to, std::move(request), std::move(done))->dial(limit);
}

}  // namespace metabatch::service
