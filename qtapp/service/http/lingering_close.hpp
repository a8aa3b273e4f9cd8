// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "service/http/any_stream.hpp"

namespace metabatch::service {

inline constexpr std::size_t kMostDropped = std::size_t{1} << 20;  // bytes read after the last answer

/// The end of a connection after its last answer: a close with unread input would take the answer back from the client, so
/// what still comes is read for a while.
class LingeringClose final : public Connection {
 public:
  LingeringClose(Worker& worker, Shared& shared, AnyStream stream)
      : Connection(worker, shared), stream_(std::move(stream)) {}

  void run() {
    Failure ignored;
    lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    lowest().expires_after(std::chrono::seconds(2));
    drop();
  }
  /// One more answer first.
  void say(const HttpResponse& response) {
    words_ = head_of(response, false) + response.body;
    lowest().expires_after(in_ms(limits().write));
    asio::async_write(stream_, asio::buffer(words_), [self = self_as(this)](const Failure& failed, std::size_t) {
      failed ? self->cut() : self->run();
    });
  }
  void drain() override {}
  void cut() override { lowest().close(); }

 private:
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }
  void drop() {
    lowest().async_read_some(asio::buffer(dropped_), [self = self_as(this)](const Failure& failed, std::size_t size) {
      self->dropped_bytes_ += size;
      if (!failed && self->dropped_bytes_ < kMostDropped) return self->drop();
      self->cut();
    });
  }

  AnyStream stream_;
  std::string words_;
  std::array<char, 4096> dropped_;
  std::size_t dropped_bytes_ = 0;
};

}  // namespace metabatch::service
