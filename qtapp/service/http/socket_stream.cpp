// SPDX-License-Identifier: Apache-2.0
#include "service/http/socket_stream.hpp"

#include <array>
#include <boost/beast/websocket/stream.hpp>
#include <string_view>

#include "service/http/websocket_options.hpp"
#include "service/watch/live_stream.hpp"

namespace metabatch::service {
namespace {

/// `{"type":"data","data":...}` in text frames.
class SocketStream final : public LiveStream {
 public:
  SocketStream(Worker& worker, Shared& shared, AnyStream stream, WatchRequest watch, BeastRequest request)
      : LiveStream(worker, shared, std::move(watch)), stream_(std::move(stream)), request_(std::move(request)) {}

  void run() {
    auto& lowest = beast::get_lowest_layer(stream_);
    lowest.expires_never();
    Failure ignored;
    lowest.socket().set_option(asio::socket_base::send_buffer_size(kStreamSendBuffer), ignored);
    set_websocket_options(stream_, in_ms(limits().write));
    stream_.read_message_max(1024);
    stream_.text(true);
    stream_.async_accept(request_, [self = self_as(this)](const Failure& failed) {
      if (failed) return self->end();
      self->begin();
      self->read();
    });
  }

 private:
  /// A client that sends a message is closed with 1002. A read also answers pings and close frames.
  void read() {
    const auto done = [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed || self->has_ended()) return self->end();
      self->refuse_message();
    };
    stream_.async_read_some(asio::buffer(ignored_), done);  // a part is enough: a message need never end
  }
  void refuse_message() {
    if (std::exchange(is_closing_, true)) return;
    stream_.async_close(beast::websocket::close_code::protocol_error,
                        [self = self_as(this)](const Failure&) { self->end(); });
  }
  void write(FrameType type, const FrameText& json) override {
    if (is_closing_) return;
    // Editors parse every message as data, so the keep-alive is a ping of the protocol.
    if (type == FrameType::ping)
      return stream_.async_ping({}, [self = self_as(this)](const Failure& failed) { self->written(!failed); });
    text_ = json;
    prefix_ = type == FrameType::data ? "{\"type\":\"data\",\"data\":" : "{\"type\":\"error\",\"data\":";
    const std::array<asio::const_buffer, 3> buffers = {asio::buffer(prefix_), asio::buffer(*json),
                                                       asio::buffer("}", 1)};
    stream_.async_write(buffers,
                        [self = self_as(this)](const Failure& failed, std::size_t) { self->written(!failed); });
  }
  void write_end() override {
    if (is_closing_) return;
    is_closing_ = true;
    stream_.async_close(beast::websocket::close_code::going_away,
                        [self = self_as(this)](const Failure&) { self->end(); });
  }
  void shut() override { beast::get_lowest_layer(stream_).close(); }
  std::uint64_t taken_bytes() override { return stream_.next_layer().taken_bytes(); }

  beast::websocket::stream<AnyStream> stream_;
  const BeastRequest request_;
  std::array<char, 64> ignored_;
  std::string_view prefix_;
  FrameText text_;  // being written
  bool is_closing_ = false;
};

}  // namespace

void begin_socket_stream(Worker& worker, Shared& shared, AnyStream stream, WatchRequest watch, BeastRequest request) {
  std::make_shared<SocketStream>(worker, shared, std::move(stream), std::move(watch), std::move(request))->run();
}

}  // namespace metabatch::service
