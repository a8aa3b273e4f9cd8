// SPDX-License-Identifier: Apache-2.0
#include "service/http/http_connection.hpp"

#include <algorithm>
#include <bit>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>

#include "service/http/beast_request.hpp"
#include "service/http/deadline.hpp"
#include "service/http/lingering_close.hpp"
#include "service/http/socket_stream.hpp"
#include "service/rpc/rpc_socket.hpp"
#include "service/watch/event_stream.hpp"

namespace metabatch::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kMostDiscarded = 4096;  // bytes of a body that nobody needs, read to keep the connection
constexpr std::size_t kFirstRead = 1024;        // least and most bytes asked for while a request is awaited
constexpr std::size_t kMostFirstRead = 16384;
constexpr std::size_t kMostEmptyLines = 16;  // bytes of line ends before a request

/// A client that gives up a report sends it again, or a newer one, perhaps to another replica. The
/// old one, stamped only now, would be the newest. So does a proxy when its time limit has passed
/// while this process was stopped, or while the network was cut.
RefusedRequest abandoned() {
  return {400, "The connection ended before the report was taken.",
          "The report may have been sent again. Keep the connection open until the answer."};
}

HttpResponse lookup_unavailable() {
  HttpResponse response = error_response(503, "The token could not be checked.", "The database cannot be read now.");
  response.retry_after = 1;
  return response;
}

/// One connection: requests one after the other until one of them becomes a stream.
///
/// The header is checked, then the handler sees it, and only then the body is read. An answer that
/// does not need the body discards a short one; a long one ends the connection, because the next
/// request could not be found behind it.
class HttpConnection final : public Connection {
 public:
  HttpConnection(Worker& worker, Shared& shared, std::string peer, AnyStream stream)
      : Connection(worker, shared), peer_(std::move(peer)), stream_(std::move(stream)), deadline_(worker, limits()) {}

  void run() {
    deadline_.watch(weak_from_this());
    deadline_.set(limits().header);
    stream_.handshake(IoCallback([self = self_as(this)](const Failure& failed, std::size_t) {
      failed ? self->refuse_handshake(failed) : self->begin_request();
    }));
  }
  void drain() override {
    if (is_idle_) cut();
  }
  void cut() override { lowest().close(); }

 private:
  using Parser = beast::http::request_parser<beast::http::string_body>;
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }

  void begin_request() {
    if (worker_.is_draining) return cut();
    parser_.emplace();
    parser_->header_limit(limits().header_bytes);
    parser_->body_limit(limits().body_bytes);
    parser_->eager(true);
    is_idle_ = true;
    empty_lines_ = 0;
    if (!is_first_) deadline_.set(limits().idle);
    is_first_ = false;
    request_bytes_ = 0;
    read_header();
  }

  /// Skips empty lines before the request line, which Beast would refuse.
  ///
  /// @source RFC 9112 section 2.2
  void read_header() {
    while (buffer_.size() > 0 && empty_lines_ < kMostEmptyLines) {
      const char byte = *static_cast<const char*>(buffer_.data().data());
      if (byte != '\r' && byte != '\n') break;
      buffer_.consume(1);
      ++empty_lines_;
    }
    if (buffer_.size() > 0) return parse_header();
    stream_.async_read_some(buffer_.prepare(first_read_),
                            [self = self_as(this)](const Failure& failed, std::size_t size) {
                              if (failed) return self->cut();
                              self->buffer_.commit(size);
                              self->read_header();
                            });
  }
  void parse_header() {
    beast::http::async_read_header(stream_, buffer_, *parser_,
                                   [self = self_as(this)](const Failure& failed, std::size_t size) {
                                     self->is_idle_ = false;
                                     if (failed) return self->fail(failed);
                                     self->request_bytes_ += size;
                                     self->handle_header();
                                   });
  }

  void handle_header() {
    ++shared_.requests;
    began_ = SteadyClock::now();
    is_alive_ = parser_->get().keep_alive() && !worker_.is_draining;
    if (const auto refusal = refusal_of(parser_->get(), shared_.options.allowed_hosts)) return refuse(*refusal);
    request_ = request_of(parser_->get());
    request_.peer = peer_;
    answer_header(false);
  }
  void answer_header(bool is_looked_up) {
    std::optional<Answer> answer = shared_.handler.answer_header(request_, worker_.number, is_looked_up);
    if (!answer) return read_body();
    if (LookupRequest* const lookup = std::get_if<LookupRequest>(&*answer)) return look_up(std::move(*lookup));
    answer_ = std::move(*answer);
    discard_body();
  }
  [[nodiscard]] bool awaits_continue() const {
    return beast::iequals(parser_->get()[beast::http::field::expect], "100-continue");
  }

  void discard_body() {
    if (parser_->is_done()) return send_answer();
    const auto length = parser_->content_length();
    if (!length || *length > kMostDiscarded || awaits_continue()) {
      is_alive_ = false;
      return send_answer();
    }
    deadline_.set(limits().body);
    beast::http::async_read(stream_, buffer_, *parser_, [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed) return self->fail(failed);
      self->send_answer();
    });
  }
  void send_answer() {
    Answer answer = std::move(answer_);
    if (HttpResponse* const response = std::get_if<HttpResponse>(&answer)) return write(std::move(*response));
    if (WatchRequest* const watch = std::get_if<WatchRequest>(&answer)) return become_stream(std::move(*watch));
    if (RpcRequest* const rpc = std::get_if<RpcRequest>(&answer))
      return shared_.relay ? dial(std::move(*rpc)) : become_rpc(std::move(*rpc), nullptr);
    read_rows(std::get<ReadRequest>(std::move(answer)));
  }

  void read_body() {
    if (parser_->is_done()) return answer_body();
    deadline_.set(limits().body);
    if (!awaits_continue()) return read_remainder();
    head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(head_), [self = self_as(this)](const Failure& failed, std::size_t) {
      if (!failed) self->read_remainder();
    });
  }
  void read_remainder() {
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = self_as(this)](const Failure& failed, std::size_t size) {
                              if (failed) return self->fail(failed);
                              self->request_bytes_ += size;
                              self->answer_body();
                            });
  }
  void answer_body() {
    if (stream_.is_ended_by_peer()) return refuse(abandoned());
    request_.body = parser_->get().body();
    // A client that reports sends as much again: one system call then reads the whole request.
    first_read_ = std::clamp(std::bit_ceil(request_bytes_ + 1), kFirstRead, kMostFirstRead);
    write(shared_.handler.answer(request_, worker_.number));
  }

  /// Calls `next` with the result of `start` on this connection's thread, where alone it may end.
  /// `start` calls back on a thread of its own, perhaps after this connection has ended.
  template <class Result, class Start, class Next>
  void await(Start start, Next next) {
    deadline_.clear();
    waiting_ = shared_from_this();
    start([weak = std::weak_ptr<Connection>(waiting_), this, next, &context = worker_.context](Result result) {
      asio::post(context, [weak, this, next, kept = std::move(result)]() mutable {
        const auto self = weak.lock();
        if (!self) return;
        waiting_.reset();
        next(std::move(kept));
      });
    });
  }
  void read_rows(ReadRequest wanted) {
    wanted.peer = peer_;
    await<HttpResponse>([&](auto done) { shared_.handler.read(std::move(wanted), std::move(done)); },
                        [this](HttpResponse response) { write(std::move(response)); });
  }
  void look_up(LookupRequest wanted) {
    wanted.peer = peer_;
    await<LookupResult>([&](auto done) { shared_.handler.look_up(std::move(wanted), std::move(done)); },
                        [this](LookupResult result) {
                          if (result == LookupResult::done) return answer_header(true);
                          answer_ = lookup_unavailable();
                          discard_body();
                        });
  }

  void become_stream(WatchRequest watch) {
    watch.peer = peer_;
    if (watch.is_websocket)
      return begin_socket_stream(worker_, shared_, std::move(stream_), std::move(watch), parser_->release());
    const StreamForm form{.is_chunked = parser_->get().version() >= 11};
    std::make_shared<EventStream>(worker_, shared_, std::move(stream_), std::move(watch), form)->run();
  }

  void become_rpc(RpcRequest rpc, std::shared_ptr<RpcUpstream> upstream) {
    begin_rpc_socket(worker_, shared_, std::move(stream_), {std::move(rpc), parser_->release(), std::move(upstream)});
  }
  /// The control plane is asked before the agent is answered.
  void dial(RpcRequest rpc) {
    await<DialledUpstream>(
        [&](auto done) {
          dial_upstream(worker_.context, *shared_.relay, {rpc.query, rpc.token}, limits().write, std::move(done));
        },
        [this, kept = std::make_shared<RpcRequest>(rpc)](DialledUpstream dialled) {
          if (dialled.upstream) return become_rpc(std::move(*kept), std::move(dialled.upstream));
          write(std::move(dialled.refusal));
        });
  }

  void refuse(const RefusedRequest& refusal) {
    shared_.handler.refused({peer_, refusal.status, refusal.message});
    is_alive_ = false;
    send(error_response(refusal.status, refusal.message, refusal.detail));
  }
  void fail(const Failure& failed) {
    if (const auto refusal = refusal_of(failed)) return refuse(*refusal);
    if (deadline_.has_passed() && parser_->got_some())
      shared_.handler.refused({peer_, 0, "Request arrives too slowly."});
    cut();
  }
  void refuse_handshake(const Failure& failed) {
    if (is_plain_http(failed)) {
      constexpr std::string_view kHttpsOnly = "This port speaks HTTPS only.";
      shared_.handler.refused({peer_, 400, kHttpsOnly});
      std::make_shared<LingeringClose>(worker_, shared_, AnyStream(std::move(lowest()), stream_.slot()))
          ->run(error_response(400, kHttpsOnly));
    } else if (deadline_.has_passed() || (failed != asio::error::eof && failed != asio::error::operation_aborted)) {
      shared_.handler.refused({peer_, 0, "TLS handshake failed."});
    }
  }

  void write(HttpResponse response) {
    shared_.handler.answered({.peer = peer_,
                              .method = request_.method,
                              .path = request_.path,
                              .status = response.status,
                              .bytes = response.body.size(),
                              .took = SteadyClock::now() - began_});
    send(std::move(response));
  }
  void send(HttpResponse response) {
    const auto& message = parser_->get();
    head_ = head_of(response, {is_alive_, message.version() < 11, worker_.date()});
    body_ = message.method() == beast::http::verb::head ? std::string() : std::move(response.body);
    deadline_.set(limits().write);
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(stream_, buffers, [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed) return self->cut();
      if (self->is_alive_) return self->begin_request();
      self->linger();
    });
  }
  void linger() { std::make_shared<LingeringClose>(worker_, shared_, std::move(stream_))->run(); }

  const std::string peer_;
  AnyStream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpRequest request_;  // views into the parser's message
  Answer answer_;        // while a body is discarded
  std::string head_;
  std::string body_;
  std::shared_ptr<Connection> waiting_;  // itself, while another thread works for it
  SteadyClock::time_point began_;        // of the request
  Deadline deadline_;
  std::size_t request_bytes_ = 0;        // of the request, as far as it has been read
  std::size_t first_read_ = kFirstRead;  // bytes asked for while a request is awaited
  std::size_t empty_lines_ = 0;
  bool is_first_ = true;
  bool is_idle_ = true;
  bool is_alive_ = true;  // stays open after this answer
};

}  // namespace

void start_http_connection(Worker& worker, Shared& shared, PlainSocket socket, std::string peer,
                           std::shared_ptr<asio::ssl::context> tls, std::shared_ptr<void> slot) {
  AnyStream stream(std::move(socket), std::move(tls), {}, std::move(slot));
  std::make_shared<HttpConnection>(worker, shared, std::move(peer), std::move(stream))->run();
}

}  // namespace metabatch::service
