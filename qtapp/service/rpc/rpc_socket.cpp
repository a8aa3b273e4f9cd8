// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/rpc_socket.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "agentrpc/rpc_relay.hpp"
#include "service/http/websocket_options.hpp"
#include "service/jitter.hpp"
#include "service/rpc/metadata_request.hpp"

namespace metabatch::service {
namespace {

using beast::websocket::close_code;

constexpr std::size_t kLeastInput = 2 << 10;  // bytes: a report of 15 keys with its frames
constexpr std::size_t kMostInput = 64 << 10;
constexpr unsigned kSmallReads = 64;  // in a row, before the buffer shrinks again

Instant now() { return engine::system_clock().now(); }

class RpcSocket final : public Connection {
 public:
  RpcSocket(Worker& worker, Shared& shared, AnyStream stream, RpcBeginning beginning)
      : Connection(worker, shared),
        rpc_(std::move(beginning.rpc)),
        stream_(std::move(stream)),
        request_(std::move(beginning.request)),
        upstream_(std::move(beginning.upstream)),
        timer_(worker.context.get_executor()),
        end_timer_(worker.context.get_executor()) {
    ++shared_.rpcs;
  }
  ~RpcSocket() override {
    --shared_.rpcs;
    if (upstream_) upstream_->end();
  }

  void run() {
    beast::get_lowest_layer(stream_).expires_never();
    set_websocket_options(stream_, in_ms(limits().write));
    stream_.read_message_max(0);  // messages are cut at will, and none is held as a whole
    stream_.binary(true);
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
  /// Others hold this and not the connection, because that has to be destroyed on its own thread.
  class Remote final : public OpenStream {
   public:
    Remote(asio::io_context& context, std::weak_ptr<RpcSocket> socket)
        : context_(context), socket_(std::move(socket)) {}
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
    upstream_ ? begin_relay() : (void)server_.emplace(*calls_, now());
    input_.resize(kLeastInput);
    read_on();
    wait();
  }
  void begin_relay() {
    const bool merges = shared_.options.relays_reports;
    relay_.emplace(*calls_, now(), merges ? agentrpc::RpcRelay::Merge(merge_reports) : agentrpc::RpcRelay::Merge());
    server_.emplace(*relay_, now());
    relay_->attach(*server_);
    const auto call = [weak = std::weak_ptr<RpcSocket>(self_as(this))](auto member, auto... arguments) {
      if (const auto one = weak.lock(); one && !one->has_ended_ && !one->is_finishing_) ((*one).*member)(arguments...);
    };
    upstream_->begin({.bytes = [call](std::string_view bytes) { call(&RpcSocket::receive_upstream, bytes); },
                      .written = [call] { call(&RpcSocket::written_upstream); },
                      .ended = [call] { call(&RpcSocket::finish, close_code::internal_error); }});
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
    if (stream_.next_layer().is_ended_by_peer()) return end();  // as with a report by HTTP that was given up
    server_->receive({input_.data(), size}, now());
    fit_input(size);
    if (server_->end() != agentrpc::YamuxEnd::none) return finish(close_code::protocol_error);
    flush();
    read_on();
  }
  void receive_upstream(std::string_view bytes) {
    is_reading_upstream_ = false;
    relay_->receive(bytes, now());
    flush();
    if (relay_->end() != agentrpc::YamuxEnd::none) return finish(close_code::internal_error);
    if (server_->end() != agentrpc::YamuxEnd::none) return end();  // the agent does not take what is for it
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
  /// A side that takes nothing is not listened to, and neither is the other.
  void read_on() {
    if (has_ended_ || is_finishing_ || server_->has_output() || (relay_ && relay_->has_output())) return;
    if (!is_reading_) read();
    if (relay_ && !std::exchange(is_reading_upstream_, true)) upstream_->read();
  }

  void flush() {
    if (relay_ && !is_writing_upstream_ && relay_->has_output()) {
      is_writing_upstream_ = true;
      upstream_->write(relay_->take_output());
    }
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

  void written_upstream() {
    is_writing_upstream_ = false;
    flush();
    read_on();
  }

  void wait() {
    const Instant next =
        relay_ ? std::min(server_->next_deadline(), relay_->next_deadline()) : server_->next_deadline();
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(next - now()));
    timer_.async_wait([self = self_as(this)](const Failure& failed) {
      if (!failed && !self->has_ended_ && !self->is_finishing_) self->advance();
    });
  }
  void advance() {
    server_->advance(now());
    if (server_->end() != agentrpc::YamuxEnd::none) return end();  // nobody is there who would read a close frame
    if (relay_) relay_->advance(now());
    if (relay_ && relay_->end() != agentrpc::YamuxEnd::none) return finish(close_code::internal_error);
    flush();
    wait();
  }

  /// Ends in order: what is being sent is completed, then GoAway and the close frame follow.
  void finish(close_code code) {
    if (has_ended_ || std::exchange(is_finishing_, true)) return;
    code_ = code;
    if (upstream_) upstream_->end();
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
    if (upstream_) upstream_->end();
    timer_.cancel();
    end_timer_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

  const RpcRequest rpc_;
  beast::websocket::stream<AnyStream> stream_;
  std::optional<BeastRequest> request_;          // until it is answered
  const std::shared_ptr<RpcUpstream> upstream_;  // or null
  Timer timer_;                                  // of the keep-alive
  Timer end_timer_;
  std::shared_ptr<Remote> remote_;
  std::unique_ptr<agentrpc::RpcHandler> calls_;
  std::optional<agentrpc::RpcRelay> relay_;  // where there is an upstream
  std::optional<agentrpc::RpcServer> server_;
  std::vector<char> input_;
  std::string output_;  // being sent
  unsigned small_reads_ = 0;
  close_code code_ = close_code::going_away;
  bool is_open_ = false;  // the handshake is done
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_reading_upstream_ = false;
  bool is_writing_upstream_ = false;
  bool is_finishing_ = false;
  bool has_ended_ = false;
};

}  // namespace

void begin_rpc_socket(Worker& worker, Shared& shared, AnyStream stream, RpcBeginning beginning) {
  std::make_shared<RpcSocket>(worker, shared, std::move(stream), std::move(beginning))->run();
}

}  // namespace metabatch::service
