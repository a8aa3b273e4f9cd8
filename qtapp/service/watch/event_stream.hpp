// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <string>

#include "service/http/any_stream.hpp"
#include "service/jitter.hpp"
#include "service/watch/live_stream.hpp"

namespace metabatch::service {

inline constexpr unsigned kLeastRetryMs = 1'000, kMostRetryMs = 10'000;  // before a client comes back

/// Server-sent events. In HTTP/1.1 each frame is one chunk.
///
/// @source WHATWG HTML 9.2; RFC 9112 section 7.1
class EventStream final : public LiveStream {
 public:
  EventStream(Worker& worker, Shared& shared, AnyStream stream, WatchRequest request, StreamForm form)
      : LiveStream(worker, shared, std::move(request)), stream_(std::move(stream)), form_(form) {}

  void run() {
    auto& lowest = beast::get_lowest_layer(stream_);
    lowest.expires_never();
    Failure ignored;
    lowest.socket().set_option(asio::socket_base::send_buffer_size(kStreamSendBuffer), ignored);
    prefix_ =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: keep-alive\r\n"
        "X-Accel-Buffering: no\r\n";
    prefix_.append("Date: ").append(worker_.date()).append("\r\n");
    prefix_ += form_.is_chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
    asio::async_write(stream_, asio::buffer(prefix_), [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed) return self->end();
      self->begin();
      self->read();
    });
  }

 private:
  /// Bytes from the client are ignored; its end ends the stream.
  void read() {
    stream_.async_read_some(asio::buffer(ignored_), [self = self_as(this)](const Failure& failed, std::size_t) {
      if (failed || self->has_ended()) return self->end();
      self->read();
    });
  }
  void write(FrameType type, const FrameText& json) override {
    const std::string_view head = type == FrameType::data    ? "event: data\ndata: "
                                  : type == FrameType::error ? "event: error\ndata: "
                                                             : "event: ping\n\n";
    text_ = json;
    suffix_ = type == FrameType::ping ? "" : "\n\n";
    prefix_.clear();
    if (form_.is_chunked) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", head.size() + (json ? json->size() : 0) + suffix_.size());
      prefix_ = size;
      suffix_ += "\r\n";
    }
    prefix_ += head;
    const std::array<asio::const_buffer, 3> buffers = {
        asio::buffer(prefix_), json ? asio::buffer(*json) : asio::const_buffer(), asio::buffer(suffix_)};
    asio::async_write(stream_, buffers,
                      [self = self_as(this)](const Failure& failed, std::size_t) { self->written(!failed); });
  }
  /// The delay before a browser reconnects is random, so that the streams of one service do not all
  /// return at one moment. It comes last: clients of the control plane accept no other line than
  /// `event:` where an event begins.
  void write_end() override {
    text_ = nullptr;
    suffix_ = "retry: " + std::to_string(random_between(kLeastRetryMs, kMostRetryMs)) + "\n\n";
    prefix_.clear();
    if (form_.is_chunked) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", suffix_.size());
      prefix_ = size;
      suffix_ += "\r\n0\r\n\r\n";
    }
    prefix_ += suffix_;
    asio::async_write(stream_, asio::buffer(prefix_),
                      [self = self_as(this)](const Failure& failed, std::size_t) { self->written(!failed); });
  }
  void shut() override { beast::get_lowest_layer(stream_).close(); }
  std::uint64_t taken_bytes() override { return stream_.taken_bytes(); }

  AnyStream stream_;
  const StreamForm form_;
  std::string prefix_;
  std::string suffix_;
  FrameText text_;  // being written
  std::array<char, 256> ignored_;
};

}  // namespace metabatch::service
