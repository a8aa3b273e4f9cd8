// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <type_traits>

#include "engine/clock.hpp"
#include "service/rpc/rpc_upstream.hpp"
#include "service/server.hpp"
#include "service/sockets/address_counts.hpp"

/// The parts that the connections of a server share.
namespace metabatch::service {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Executor = asio::io_context::executor_type;
using StreamProtocol = asio::generic::stream_protocol;  // TCP or Unix sockets
using PlainStream = beast::basic_stream<StreamProtocol, Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Failure = boost::system::error_code;
using PlainSocket = asio::basic_stream_socket<StreamProtocol, Executor>;

class Connection;

/// One event loop on one thread, and the connections that live on it. Everything but `context`
/// belongs to that thread.
struct Worker {
  explicit Worker(std::size_t a_number) : number(a_number), guard(context.get_executor()) {}
  /// Value of a Date header now; made once a second.
  std::string_view date() {
    const WallTime now = engine::system_clock().wall_now();
    const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    if (second != date_second_) date_ = http_date(now);
    date_second_ = second;
    return date_;
  }

  const std::size_t number;
  std::set<Connection*> connections;  // declared before the context, whose end destroys the last of them
  bool is_draining = false;
  asio::io_context context{1};
  asio::executor_work_guard<Executor> guard;
  std::thread thread;

 private:
  std::chrono::seconds date_second_{-1};
  std::string date_;
};

/// What all connections of a server have in common.
struct Shared {
  Shared(const ServerOptions& an_options, Handler& a_handler)
      : options(an_options),
        handler(a_handler),
        addresses(an_options.limits.connections_per_address, an_options.trusted_proxies) {
    if (options.relay) relay = relay_target(*options.relay);
  }
  const ServerOptions options;
  std::optional<RelayTarget> relay;
  Handler& handler;
  AddressCounts addresses;
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> watchers = 0;
  std::atomic<std::uint64_t> rpcs = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> refused_by_address = 0;
  std::atomic<std::uint64_t> accept_failures = 0;
  std::mutex tls_mutex;
  std::shared_ptr<asio::ssl::context> tls;  // tls_mutex
};

/// A connection, or the stream that it became. It is registered with its worker from construction
/// to destruction.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, Shared& shared) : worker_(worker), shared_(shared) {
    worker_.connections.insert(this);
    ++shared_.connections;
  }
  virtual ~Connection() {
    worker_.connections.erase(this);
    --shared_.connections;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The server ends: finishes what was begun, and no more.
  virtual void drain() = 0;
  /// Ends at once.
  virtual void cut() = 0;
  /// Ends a stream in order after a random part of `spread`; other connections go on.
  virtual void end_stream(Duration spread) { (void)spread; }

 protected:
  [[nodiscard]] const HttpLimits& limits() const { return shared_.options.limits; }
  template <class Self>
  std::shared_ptr<Self> self_as(Self* self) {
    return std::shared_ptr<Self>(shared_from_this(), self);
  }

  Worker& worker_;
  Shared& shared_;
};

inline std::chrono::milliseconds in_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

/// How the bytes of an event stream are framed.
struct StreamForm {
  bool is_chunked = true;  ///< the client speaks HTTP/1.1
};

}  // namespace metabatch::service
