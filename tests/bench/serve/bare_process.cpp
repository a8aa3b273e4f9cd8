// SPDX-License-Identifier: Apache-2.0
#include "bench/serve/bare_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace metabatch::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

class BareConnection : public std::enable_shared_from_this<BareConnection> {
 public:
  explicit BareConnection(Socket socket) : socket_(std::move(socket)) { answer_.keep_alive(true); }

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

 private:
  void write() {
    http::async_write(socket_, answer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  Socket socket_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::empty_body> answer_{http::status::no_content, 11};
};

int serve_bare(std::size_t threads, const ServerProcess::Started& started_at) {
  std::vector<std::unique_ptr<asio::io_context>> loops;
  for (std::size_t i = 0; i < threads; ++i) loops.push_back(std::make_unique<asio::io_context>(1));
  asio::io_context accepting(1);
  asio::ip::tcp::acceptor acceptor(accepting, {asio::ip::address_v4::loopback(), 0});
  std::vector<std::jthread> running;
  for (auto& loop : loops)
    running.emplace_back([&loop] {
      const auto work = asio::make_work_guard(*loop);
      loop->run();
    });
  std::jthread acceptance([&] {
    for (std::size_t next = 0;; ++next) {
      asio::io_context& loop = *loops[next % loops.size()];
      Socket socket(loop.get_executor());
      error_code error;
      acceptor.accept(socket, error);
      if (error) return;
      socket.set_option(asio::ip::tcp::no_delay(true));
      asio::post(loop, [one = std::make_shared<BareConnection>(std::move(socket))] { one->read(); });
    }
  });
  started_at(acceptor.local_endpoint().port());
  std::_Exit(0);  // nothing is to be kept, and the acceptor blocks
}

}  // namespace

BareProcess::BareProcess(std::size_t threads)
    : ServerProcess([&](const Started& started_at) { return serve_bare(threads, started_at); }) {}

}  // namespace metabatch::bench
