// SPDX-License-Identifier: Apache-2.0
#include "service/server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>

#include "service/http/http_session.hpp"

namespace metabatch::service {
namespace {

using asio::ip::tcp;

constexpr std::size_t kMostThreads = 4;                          // unless pending for
constexpr auto kPauseOfAccept = std::chrono::milliseconds(100);  // when there is no descriptor left

std::size_t threads_of(const ServerOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
}

/// @errors throws boost::system::system_error
std::shared_ptr<asio::ssl::context> tls_of(const ServerOptions& options) {
  if (options.tls_certificate.empty()) return nullptr;
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1);
  context->use_certificate_chain_file(options.tls_certificate);
  context->use_private_key_file(options.tls_key, asio::ssl::context::pem);
  return context;
}

/// address:port, or "" when it is gone already.
std::string peer_of(const PlainSocket& socket) {
  Failure failed;
  const tcp::endpoint peer = socket.remote_endpoint(failed);
  if (failed) return {};
  const std::string address = peer.address().to_string(), port = std::to_string(peer.port());
  return peer.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace

struct Server::Certificate {
  std::shared_ptr<asio::ssl::context> tls;  // none: in the clear
};

struct Server::Impl {
  Impl(const ServerOptions& options, Handler& handler) : shared(options, handler) {
    for (std::size_t i = 0; i < threads_of(options); ++i) workers.push_back(std::make_unique<Worker>(i));
    acceptor.emplace(workers[0]->context.get_executor());
    pause.emplace(workers[0]->context.get_executor());
  }

  void listen();
  void accept();
  void accepted(PlainSocket socket, Worker& worker);
  void drain(Duration limit);
  void end_all(bool is_gentle);
  void stop();

  Shared shared;
  std::vector<std::unique_ptr<Worker>> workers;
  using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  std::optional<Acceptor> acceptor;  // all of worker 0
  std::optional<Timer> pause;
  std::size_t next = 0;
  bool is_accepting = true;
  std::uint16_t port = 0;
};

void Server::Impl::listen() {
  shared.tls = tls_of(shared.options);
  const tcp::endpoint endpoint(asio::ip::make_address(shared.options.address), shared.options.port);
  acceptor->open(endpoint.protocol());
  acceptor->set_option(asio::socket_base::reuse_address(true));
  acceptor->bind(endpoint);
  acceptor->listen(4096);
  port = acceptor->local_endpoint().port();
  accept();
  for (const auto& worker : workers) worker->thread = std::thread([&one = *worker] { one.context.run(); });
}

void Server::Impl::accept() {
  Worker& worker = *workers[next++ % workers.size()];
  acceptor->async_accept(worker.context, [this, &worker](const Failure& failed, PlainSocket socket) {
    if (!is_accepting || failed == asio::error::operation_aborted) return;
    if (!failed) {
      accepted(std::move(socket), worker);
      return accept();
    }
    pause->expires_after(kPauseOfAccept);
    pause->async_wait([this](const Failure& cancelled) {
      if (!cancelled && is_accepting) accept();
    });
  });
}

void Server::Impl::accepted(PlainSocket socket, Worker& worker) {
  if (shared.connections >= shared.options.limits.connections) {
    ++shared.refused;
    shared.handler.refused({peer_of(socket), 0, "Too many connections."});
    return;
  }
  Failure ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  asio::post(worker.context, [this, &worker, connected = std::move(socket)]() mutable {
    std::string peer = peer_of(connected);
    std::shared_ptr<asio::ssl::context> tls;
    {
      const std::lock_guard lock(shared.tls_mutex);
      tls = shared.tls;
    }
    start_http_session(worker, shared, std::move(connected), std::move(peer), std::move(tls));
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

void Server::Impl::drain(Duration limit) {
  asio::post(workers[0]->context, [this] {
    is_accepting = false;
    Failure ignored;
    acceptor->close(ignored);
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
  pause.reset();
  workers.clear();  // what connections are left go with their loops
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  drain(Duration::zero());
  impl_->stop();
}

std::variant<std::unique_ptr<Server>, std::string> Server::start(const ServerOptions& options, Handler& handler) {
  auto impl = std::make_unique<Impl>(options, handler);
  const std::string where = options.address + ":" + std::to_string(options.port);
  try {
    impl->listen();
  } catch (const boost::system::system_error& failed) {
    return "cannot serve on " + where + ": " + failed.what();
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port; }
std::size_t Server::threads() const { return impl_->workers.size(); }

ServerCounts Server::counts() const {
  const Shared& shared = impl_->shared;
  return {shared.connections, shared.watchers, shared.requests, shared.refused};
}

void Server::drain(Duration limit) { impl_->drain(limit); }

std::variant<std::shared_ptr<const Server::Certificate>, std::string> Server::read_certificate() const {
  try {
    return std::make_shared<const Certificate>(Certificate{tls_of(impl_->shared.options)});
  } catch (const boost::system::system_error& failed) {
    return std::string(failed.what());
  }
}

void Server::use(std::shared_ptr<const Certificate> certificate) {
  const std::lock_guard lock(impl_->shared.tls_mutex);
  impl_->shared.tls = certificate->tls;
}

}  // namespace metabatch::service
