// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "service/connection.hpp"

namespace metabatch::service {

inline constexpr std::size_t kMostDropped = std::size_t{1} << 20;  // bytes read after the last answer

/// The end of a connection after its last answer: a close with unread input would take the answer back from the client, so
/// what still comes is read for a while.
template <class Stream>
class Lingering final : public Connection {
 public:
  Lingering(Worker& worker, Shared& shared, Stream stream, std::shared_ptr<asio::ssl::context> tls)
      : Connection(worker, shared), tls_(std::move(tls)), stream_(std::move(stream)) {}

  void run() {
    boost::system::error_code ignored;
    lowest().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    lowest().expires_after(std::chrono::seconds(2));
    drop();
  }
  /// One more answer first.
  void say(const HttpResponse& response) {
    words_ = head_of(response, false) + response.body;
    lowest().expires_after(in_ms(this->limits().write));
    asio::async_write(stream_, asio::buffer(words_),
                      [self = this->self_as(this)](const boost::system::error_code& failed, std::size_t) {
                        failed ? self->cut() : self->run();
                      });
  }
  void drain() override {}
  void cut() override { lowest().close(); }

 private:
  PlainStream& lowest() { return beast::get_lowest_layer(stream_); }
  void drop() {
    lowest().async_read_some(asio::buffer(dropped_),
                             [self = this->self_as(this)](const boost::system::error_code& failed, std::size_t size) {
                               self->dropped_bytes_ += size;
                               if (!failed && self->dropped_bytes_ < kMostDropped) return self->drop();
                               self->cut();
                             });
  }

  const std::shared_ptr<asio::ssl::context> tls_;  // outlives the stream
  Stream stream_;
  std::string words_;
  std::array<char, 4096> dropped_;
  std::size_t dropped_bytes_ = 0;
};

}  // namespace metabatch::service
