// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "service/http/any_stream.hpp"

namespace metabatch::service {

inline constexpr std::size_t kMostLingerBytes = std::size_t{1} << 20;  // read after the last answer

/// Closes a connection after its last answer. A close with unread input would reset the connection,
/// and the client could lose the answer. So this shuts down the sending side, reads and discards
/// for at most 2 s, and then closes.
class LingeringClose final : public Connection {
 public:
  LingeringClose(Worker& worker, Shared& shared, AnyStream stream)
      : Connection(worker, shared), stream_(std::move(stream)) {}

  void run() {
    Failure ignored;
    lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    lowest().expires_after(std::chrono::seconds(2));
    discard();
  }
  /// Sends a response first.
  void run(const HttpResponse& response) {
    text_ = head_of(response, {.is_kept_alive = false, .is_http10 = false, .date = worker_.date()}) + response.body;
    lowest().expires_after(in_ms(limits().write));
    asio::async_write(stream_, asio::buffer(text_), [self = self_as(this)](const Failure& failed, std::size_t) {
      failed ? self->cut() : self->run();
    });
  }
  void drain() override {}
  void cut() override { lowest().close(); }

 private:
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }
  void discard() {
    lowest().async_read_some(asio::buffer(input_), [self = self_as(this)](const Failure& failed, std::size_t size) {
      self->discarded_ += size;
      if (!failed && self->discarded_ < kMostLingerBytes) return self->discard();
      self->cut();
    });
  }

  AnyStream stream_;
  std::string text_;
  std::array<char, 4096> input_;
  std::size_t discarded_ = 0;
};

}  // namespace metabatch::service
