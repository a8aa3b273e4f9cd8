// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/rpc_socket.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "service/jitter.hpp"

namespace metabatch::service {
namespace {

using beast::websocket::close_code;

constexpr std::size_t kLeastInput = 2 << 10;  // bytes: a report of 15 keys with its frames
constexpr std::size_t kMostInput = 64 << 10;
constexpr unsigned kSmallReads = 64;  // in a row, before the buffer shrinks again

Instant now() { return engine::system_clock().now(); }

class RpcSocket final : public Connection {
 public:
  RpcSocket(Worker& worker, Shared& shared, AnyStream stream, RpcRequest rpc, BeastRequest request)
      : Connection(worker, shared),
        rpc_(std::move(rpc)),
        stream_(std::move(stream)),
        request_(std::move(request)),
        timer_(worker.context.get_executor()),
        end_timer_(worker.context.get_executor()) {
    ++shared_.rpcs;
  }
  ~RpcSocket() override { --shared_.rpcs; }

  void run() {
    beast::get_lowest_layer(stream_).expires_never();
    beast::websocket::stream_base::timeout limit{};
    limit.handshake_timeout = in_ms(limits().write);
    limit.idle_timeout = beast::websocket::stream_base::none();
    limit.keep_alive_pings = false;
    stream_.set_option(limit);
    stream_.auto_fragment(false);
    stream_.read_message_max(0);  // messages are cut at will, and none is held as a whole
    stream_.binary(true);
    // Beast would name itself.
    stream_.set_option(beast::websocket::stream_base::decorator(
        [](beast::websocket::response_type& response) { response.set(beast::http::field::server, "metabatch"); }));
    stream_.async_accept(*request_, [self = self_as(this)](const Failure& failed) {
      self->request_.reset();
      failed ? self->end() : self->begin();
    });
  }
  void drain() override { finish(close_code::going_away); }
  void cut() override { end(); }
  void end_stream(Duration spread) override {
    end_timer_.expires_after(random_part_of(spread));
    end_timer_.async_wait([self = self_as(this)](const Failure& failed) {
      if (!failed) self->finish(close_code::going_away);
    });
  }

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  /// Others hold this and not the connection, because that has to be destroyed on its own thread.
  class Remote final : public OpenStream {
   public:
    Remote(asio::io_context& context, std::weak_ptr<RpcSocket> socket) : context_(context), socket_(std::move(socket)) {}
    void end() override {
      asio::post(context_, [socket = socket_] {
        if (const auto one = socket.lock()) one->finish(close_code::going_away);
      });
    }

   private:
    asio::io_context& context_;
    const std::weak_ptr<RpcSocket> socket_;
  };

  void begin() {
    if (has_ended_) return;
    is_open_ = true;
    if (worker_.is_draining || is_finishing_) {
      is_finishing_ = true;
      return close();
    }
    remote_ = std::make_shared<Remote>(worker_.context, self_as(this));
    calls_ = shared_.handler.open_rpc(rpc_, remote_, worker_.number);
    server_.emplace(*calls_, now());
    input_.resize(kLeastInput);
    read();
    wait();
  }

  void read() {
    is_reading_ = true;
    stream_.async_read_some(asio::buffer(input_), [self = self_as(this)](const Failure& failed, std::size_t size) {
      self->is_reading_ = false;
      failed ? self->end() : self->receive(size);
    });
  }
  void receive(std::size_t size) {
    if (has_ended_ || is_finishing_) return;  // the close that was begun reads what comes
    if (stream_.got_text()) return finish(close_code::unknown_data);
    server_->receive({input_.data(), size}, now());
    fit_input(size);
    if (server_->end() != agentrpc::YamuxEnd::none) return finish(close_code::protocol_error);
    flush();
    read_on();
  }
  void fit_input(std::size_t size) {
    if (size == input_.size() && size < kMostInput) input_.resize(size * 2);
    if (size > kLeastInput) small_reads_ = 0;
    if (input_.size() == kLeastInput || ++small_reads_ < kSmallReads) return;
    small_reads_ = 0;
    input_.resize(kLeastInput);
    input_.shrink_to_fit();
  }
  /// An agent that takes no answers is not listened to.
  void read_on() {
    if (!is_reading_ && !has_ended_ && !is_finishing_ && !server_->has_output()) read();
  }

  void flush() {
    if (is_writing_ || !server_->has_output()) return;
    output_ = server_->take_output();
    is_writing_ = true;
    stream_.async_write(asio::buffer(output_), [self = self_as(this)](const Failure& failed, std::size_t) {
      self->is_writing_ = false;
      failed ? self->end() : self->written();
    });
  }
  void written() {
    if (has_ended_) return;
    output_ = {};
    flush();
    if (is_finishing_ && !is_writing_) return close();
    read_on();
  }

  void wait() {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(server_->next_deadline() - now()));
    timer_.async_wait([self = self_as(this)](const Failure& failed) {
      if (!failed && !self->has_ended_ && !self->is_finishing_) self->advance();
    });
  }
  void advance() {
    server_->advance(now());
    if (server_->end() != agentrpc::YamuxEnd::none) return end();  // nobody is there who would read a close frame
    flush();
    wait();
  }

  /// Ends in order: what is being sent is completed, then GoAway and the close frame follow.
  void finish(close_code code) {
    if (has_ended_ || std::exchange(is_finishing_, true)) return;
    code_ = code;
    timer_.cancel();
    end_timer_.expires_after(in_ms(limits().write));  // for an agent that takes nothing
    end_timer_.async_wait([self = self_as(this)](const Failure& failed) {
      if (!failed) self->end();
    });
    if (!is_open_) return;  // begin() comes
    if (server_->end() == agentrpc::YamuxEnd::none) server_->go_away();
    flush();
    if (!is_writing_) close();
  }
  void close() {
    stream_.async_close(code_, [self = self_as(this)](const Failure&) { self->end(); });
  }
  void end() {
    if (std::exchange(has_ended_, true)) return;
    timer_.cancel();
    end_timer_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

  const RpcRequest rpc_;
  beast::websocket::stream<AnyStream> stream_;
  std::optional<BeastRequest> request_;  // until it is answered
  Timer timer_;                          // of the keep-alive
  Timer end_timer_;
  std::shared_ptr<Remote> remote_;
  std::unique_ptr<agentrpc::RpcHandler> calls_;
  std::optional<agentrpc::RpcServer> server_;
  std::vector<char> input_;
  std::string output_;  // being sent
  unsigned small_reads_ = 0;
  close_code code_ = close_code::going_away;
  bool is_open_ = false;  // the handshake is done
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_finishing_ = false;
  bool has_ended_ = false;
};

}  // namespace

void begin_rpc_socket(Worker& worker, Shared& shared, AnyStream stream, RpcRequest rpc, BeastRequest request) {
  std::make_shared<RpcSocket>(worker, shared, std::move(stream), std::move(rpc), std::move(request))->run();
}

}  // namespace metabatch::service
