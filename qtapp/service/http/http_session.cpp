// SPDX-License-Identifier: Apache-2.0
#include "service/http/http_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>

#include "service/http/beast_request.hpp"
#include "service/watch/event_stream.hpp"
#include "service/http/lingering_close.hpp"
#include "service/http/socket_stream.hpp"

namespace metabatch::service {
namespace {

/// One connection: requests one after the other until one of them becomes a stream.
class Session final : public Connection {
 public:
  Session(Worker& worker, Shared& shared, std::string peer, AnyStream stream)
      : Connection(worker, shared), peer_(std::move(peer)), stream_(std::move(stream)) {}

  void run() {
    lowest().expires_after(in_ms(limits().header));
    stream_.handshake(IoCallback([self = self_as(this)](const Failure& failed, std::size_t) {
      failed ? self->refuse_handshake(failed) : self->read();
    }));
  }
  void drain() override {
    if (is_idle_) cut();
  }
  void cut() override { lowest().close(); }

 private:
  using Parser = beast::http::request_parser<beast::http::string_body>;
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }

  void read() {
    if (worker_.is_draining) return cut();
    parser_.emplace();
    parser_->header_limit(limits().header_bytes);
    parser_->body_limit(limits().body_bytes);
    parser_->eager(true);
    is_idle_ = true;
    if (!is_first_) lowest().expires_after(in_ms(limits().idle));
    is_first_ = false;
    beast::http::async_read_header(stream_, buffer_, *parser_,
                                   [self = self_as(this)](const Failure& failed, std::size_t) {
                                     self->is_idle_ = false;
                                     if (failed) return self->fail(failed);
                                     self->read_body();
                                   });
  }
  void read_body() {
    if (parser_->is_done()) return answer();
    lowest().expires_after(in_ms(limits().body));
    if (!beast::iequals(parser_->get()[beast::http::field::expect], "100-continue")) return read_rest();
    head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(head_), [self = self_as(this)](const Failure& failed, std::size_t) {
      if (!failed) self->read_rest();
    });
  }
  void read_rest() {
    beast::http::async_read(stream_, buffer_, *parser_, [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed) return self->fail(failed);
      self->answer();
    });
  }

  void refuse(const Refusal& refusal) {
    shared_.handler.refused({peer_, refusal.status, refusal.message});
    write(error_response(refusal.status, refusal.message, refusal.detail), false);
  }
  void fail(const Failure& failed) {
    if (const auto refusal = refusal_of(failed)) return refuse(*refusal);
    if (failed == beast::error::timeout && parser_->got_some())
      shared_.handler.refused({peer_, 0, "Request comes too slowly."});
    cut();  // gone, or too late
  }
  void refuse_handshake(const Failure& failed) {
    if (is_plain_http(failed)) {
      constexpr std::string_view kHttpsOnly = "This port speaks HTTPS only.";
      shared_.handler.refused({peer_, 400, kHttpsOnly});
      std::make_shared<LingeringClose>(worker_, shared_, AnyStream(std::move(lowest())))
          ->say(error_response(400, kHttpsOnly));
    } else if (failed != asio::error::eof && failed != asio::error::operation_aborted) {
      shared_.handler.refused({peer_, 0, "TLS handshake failed."});
    }
  }

  void answer() {
    ++shared_.requests;
    const auto& message = parser_->get();
    const bool is_alive = message.keep_alive() && !worker_.is_draining;
    if (const auto refusal = refusal_of(message, shared_.options.allowed_hosts)) return refuse(*refusal);
    HttpRequest request = request_of(message);
    request.peer = peer_;
    Answer answer = shared_.handler.answer(request, worker_.number);
    if (HttpResponse* const response = std::get_if<HttpResponse>(&answer)) return write(std::move(*response), is_alive);
    if (WatchRequest* const watch = std::get_if<WatchRequest>(&answer)) return become_stream(std::move(*watch));
    read_rows(std::get<ReadRequest>(std::move(answer)), is_alive);
  }

  /// The reader answers on a thread of its own, where this session must not end.
  void read_rows(ReadRequest request, bool is_alive) {
    request.peer = peer_;
    lowest().expires_never();
    waiting_ = shared_from_this();
    shared_.handler.read(std::move(request), [weak = std::weak_ptr<Connection>(waiting_), this, is_alive,
                                           &context = worker_.context](HttpResponse response) {
      asio::post(context, [weak, this, is_alive, said = std::move(response)]() mutable {
        const auto self = weak.lock();
        if (!self) return;
        waiting_.reset();
        write(std::move(said), is_alive);
      });
    });
  }

  void become_stream(WatchRequest request) {
    request.peer = peer_;
    const StreamForm form{.is_chunked = parser_->get().version() >= 11};
    if (request.is_websocket)
      return begin_socket_stream(worker_, shared_, std::move(stream_), std::move(request), parser_->release());
    std::make_shared<EventStream>(worker_, shared_, std::move(stream_), std::move(request), form)->run();
  }

  void write(HttpResponse response, bool is_alive) {
    head_ = head_of(response, is_alive);
    body_ = parser_->get().method() == beast::http::verb::head ? std::string() : std::move(response.body);
    lowest().expires_after(in_ms(limits().write));
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(stream_, buffers, [self = self_as(this), is_alive](const Failure& failed, std::size_t) {
      if (failed) return self->cut();
      if (is_alive) return self->read();
      self->linger();
    });
  }

  void linger() { std::make_shared<LingeringClose>(worker_, shared_, std::move(stream_))->run(); }

  const std::string peer_;
  AnyStream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string head_;
  std::string body_;
  std::shared_ptr<Connection> waiting_;  // itself, while rows are being read
  bool is_first_ = true;
  bool is_idle_ = true;
};

}  // namespace

void start_http_session(Worker& worker, Shared& shared, PlainSocket socket, std::string peer,
                        std::shared_ptr<asio::ssl::context> tls) {
  std::make_shared<Session>(worker, shared, std::move(peer), AnyStream(std::move(socket), std::move(tls)))->run();
}

}  // namespace metabatch::service
