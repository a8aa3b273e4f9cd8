// SPDX-License-Identifier: Apache-2.0
#include "service/server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstring>
#include <stdexcept>

#include "service/http/http_connection.hpp"
#include "service/sockets/tls.hpp"
#include "service/sockets/unix_socket.hpp"

namespace metabatch::service {
namespace {

using asio::ip::tcp;

constexpr int kBacklog = 4096;
constexpr std::size_t kDefaultThreads = 4;                       // at most, when no number is given
constexpr auto kPauseOfAccept = std::chrono::milliseconds(100);  // for example without a free descriptor

std::size_t threads_of(const ServerOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kDefaultThreads);
}

std::optional<tcp::endpoint> tcp_endpoint(const StreamProtocol::endpoint& generic) {
  tcp::endpoint found;
  if (generic.size() > found.capacity() ||
      (generic.protocol().family() != AF_INET && generic.protocol().family() != AF_INET6))
    return std::nullopt;
  std::memcpy(found.data(), generic.data(), generic.size());
  found.resize(generic.size());
  return found;
}

/// The other end of a connection.
struct Peer {
  std::string name;  // address:port, or `unix`; "" when the client has disconnected
  std::optional<AddressCounts::Address> address;
};

Peer peer_of(const PlainSocket& socket) {
  Failure failed;
  const StreamProtocol::endpoint generic = socket.remote_endpoint(failed);
  if (failed) return {};
  const auto peer = tcp_endpoint(generic);
  if (!peer) return {"unix", std::nullopt};
  asio::ip::address from = peer->address();  // a socket for both families shows IPv4 as ::ffff:1.2.3.4
  if (from.is_v6() && from.to_v6().is_v4_mapped()) from = asio::ip::make_address_v4(asio::ip::v4_mapped, from.to_v6());
  const std::string address = from.to_string(), port = std::to_string(peer->port());
  return {from.is_v6() ? "[" + address + "]:" + port : address + ":" + port, parse_address(address)};
}

}  // namespace

struct Server::Certificate {
  std::shared_ptr<asio::ssl::context> tls;  // null: no TLS
};

struct Server::Impl {
  Impl(const ServerOptions& options, Handler& handler) : shared(options, handler) {
    for (std::size_t i = 0; i < threads_of(options); ++i) workers.push_back(std::make_unique<Worker>(i));
    acceptor.emplace(workers[0]->context.get_executor());
    pause.emplace(workers[0]->context.get_executor());
  }

  void listen();
  void listen_tcp();
  void listen_unix();
  void accept();
  void accepted(PlainSocket socket, Worker& worker);
  void drain(Duration limit);
  void end_streams(Duration spread);
  void end_all(bool is_gentle);
  void stop();

  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  using Acceptor = asio::basic_socket_acceptor<StreamProtocol, Executor>;
  std::optional<Acceptor> acceptor;         // belongs to worker 0
  std::unique_ptr<UnixSocket> unix_socket;  // the same; or none
  std::optional<Timer> pause;
  std::size_t next = 0;
  bool is_accepting = true;
  std::uint16_t port = 0;
};

void Server::Impl::listen() {
  shared.tls = make_tls_context(shared.options.tls);
  shared.options.listen.unix_path.empty() ? listen_tcp() : listen_unix();
  accept();
  for (const auto& worker : workers) worker->thread = std::thread([&one = *worker] { one.context.run(); });
}

void Server::Impl::listen_unix() {
  auto made = UnixSocket::listen(shared.options.listen.unix_path, shared.options.socket_mode, kBacklog);
  if (const std::string* const wrong = std::get_if<std::string>(&made)) throw std::runtime_error(*wrong);
  unix_socket = std::get<0>(std::move(made));
  acceptor->assign(StreamProtocol(AF_UNIX, 0), unix_socket->take_descriptor());
}

void Server::Impl::listen_tcp() {
  tcp::endpoint endpoint(asio::ip::make_address(shared.options.listen.address), shared.options.listen.port);
  Failure failed;
  acceptor->open(endpoint.protocol(), failed);
  if (failed && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {  // a host without IPv6
    endpoint = tcp::endpoint(tcp::v4(), endpoint.port());
    acceptor->open(endpoint.protocol(), failed);
  }
  if (failed) throw boost::system::system_error(failed);
  if (endpoint.address().is_v6()) acceptor->set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
  acceptor->set_option(asio::socket_base::reuse_address(true));
  acceptor->bind(endpoint);
  acceptor->listen(kBacklog);
  port = tcp_endpoint(acceptor->local_endpoint())->port();
}

void Server::Impl::accept() {
  Worker& worker = *workers[next++ % workers.size()];
  acceptor->async_accept(worker.context, [this, &worker](const Failure& failed, PlainSocket socket) {
    if (!is_accepting || failed == asio::error::operation_aborted) return;
    if (!failed) {
      accepted(std::move(socket), worker);
      return accept();
    }
    ++shared.accept_failures;
    shared.handler.accept_failed(failed.message());
    pause->expires_after(kPauseOfAccept);
    pause->async_wait([this](const Failure& cancelled) {
      if (!cancelled && is_accepting) accept();
    });
  });
}

void Server::Impl::accepted(PlainSocket socket, Worker& worker) {
  Peer peer = peer_of(socket);
  if (shared.connections >= shared.options.limits.connections) {
    ++shared.refused;
    return shared.handler.refused({peer.name, 0, "Too many connections."});
  }
  auto slot = shared.addresses.reserve(peer.address);
  if (!slot) {
    ++shared.refused_by_address;
    return shared.handler.refused({peer.name, 0, "Too many connections of one address."});
  }
  Failure ignored;
  socket.set_option(tcp::no_delay(true), ignored);  // a Unix socket has no such option
  asio::post(worker.context, [this, &worker, connected = std::move(socket), name = std::move(peer.name),
                              kept = std::move(*slot)]() mutable {
    std::shared_ptr<asio::ssl::context> tls;
    {
      const std::lock_guard lock(shared.tls_mutex);
      tls = shared.tls;
    }
    start_http_connection(worker, shared, std::move(connected), std::move(name), std::move(tls), std::move(kept));
  });
}

void Server::Impl::end_all(bool is_gentle) {
  for (const auto& worker : workers)
    asio::post(worker->context, [&one = *worker, is_gentle] {
      one.is_draining = true;
      const auto all = std::vector<Connection*>(one.connections.begin(), one.connections.end());
      for (Connection* const connection : all) is_gentle ? connection->drain() : connection->cut();
    });
}

void Server::Impl::end_streams(Duration spread) {
  for (const auto& worker : workers)
    asio::post(worker->context, [&one = *worker, spread] {
      for (Connection* const connection : one.connections) connection->end_stream(spread);
    });
}

void Server::Impl::drain(Duration limit) {
  asio::post(workers[0]->context, [this] {
    is_accepting = false;
    Failure ignored;
    acceptor->close(ignored);
    unix_socket.reset();
    pause->cancel();
  });
  end_all(true);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (shared.connections > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

void Server::Impl::stop() {
  end_all(false);
  for (const auto& worker : workers) {
    worker->guard.reset();
    if (!worker->thread.joinable()) continue;
    asio::post(worker->context, [&one = *worker] { one.context.stop(); });
    worker->thread.join();
  }
  acceptor.reset();
  unix_socket.reset();
  pause.reset();
  workers.clear();  // the connections that are left are destroyed with their loops
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  drain(Duration::zero());
  impl_->stop();
}

std::variant<std::unique_ptr<Server>, std::string> Server::start(const ServerOptions& options, Handler& handler) {
  auto impl = std::make_unique<Impl>(options, handler);
  try {
    impl->listen();
  } catch (const std::runtime_error& failed) {  // a system_error is one
    return "cannot serve on " + shown(options.listen) + ": " + failed.what();
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port; }
std::size_t Server::threads() const { return impl_->workers.size(); }

ServerCounts Server::counts() const {
  const Shared& shared = impl_->shared;
  return {.connections = shared.connections,
          .watchers = shared.watchers,
          .rpcs = shared.rpcs,
          .requests = shared.requests,
          .refused = shared.refused,
          .refused_by_address = shared.refused_by_address,
          .accept_failures = shared.accept_failures};
}

void Server::end_streams(Duration spread) { impl_->end_streams(spread); }
void Server::drain(Duration limit) { impl_->drain(limit); }

std::variant<std::shared_ptr<const Server::Certificate>, std::string> Server::read_certificate() const {
  try {
    return std::make_shared<const Certificate>(Certificate{make_tls_context(impl_->shared.options.tls)});
  } catch (const boost::system::system_error& failed) {
    return std::string(failed.what());
  }
}

void Server::use(const std::shared_ptr<const Certificate>& certificate) {
  const std::lock_guard lock(impl_->shared.tls_mutex);
  impl_->shared.tls = certificate->tls;
}

std::optional<WallTime> Server::certificate_expiry() const {
  const std::lock_guard lock(impl_->shared.tls_mutex);
  return impl_->shared.tls ? service::certificate_expiry(*impl_->shared.tls) : std::nullopt;
}

}  // namespace metabatch::service
