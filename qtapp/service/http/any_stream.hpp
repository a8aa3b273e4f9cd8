// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "service/http/connection.hpp"

namespace metabatch::service {

/// What is to be called once when bytes have come or gone; of any type, so that what calls it is
/// compiled once.
class IoCallback {
 public:
  IoCallback() = default;  // nothing to call
  template <class Handler, class = std::enable_if_t<!std::is_same_v<std::decay_t<Handler>, IoCallback>>>
  explicit IoCallback(Handler&& handler)
      : target_(std::make_unique<Holder<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}
  explicit operator bool() const { return target_ != nullptr; }
  void operator()(const Failure& failed, std::size_t size) { std::exchange(target_, nullptr)->call(failed, size); }

 private:
  struct Target {
    virtual ~Target() = default;
    virtual void call(const Failure& failed, std::size_t size) = 0;
  };
  template <class Handler>
  struct Holder final : Target {
    explicit Holder(Handler given) : handler(std::move(given)) {}
    void call(const Failure& failed, std::size_t size) override { handler(failed, size); }
    Handler handler;
  };
  std::unique_ptr<Target> target_;
};

/// A connection in the clear or in TLS as one type: what Asio and Beast make of a stream is large,
/// takes long to compile, and would be there twice. Costs one allocation a reading or writing.
///
/// @shape an AsyncReadStream and AsyncWriteStream of Asio; get_lowest_layer() is the PlainStream,
///        for deadlines and the end
class AnyStream {
 public:
  using executor_type = Executor;

  /// `slot`: released with the stream; here and below
  explicit AnyStream(PlainStream stream, std::shared_ptr<void> slot = {});
  /// `tls`: none for a connection in the clear; else handshake() comes first. `server`: its name,
  /// where this is the client's side; its certificate must be for that name.
  AnyStream(PlainSocket socket, std::shared_ptr<asio::ssl::context> tls, const std::string& server = {},
            std::shared_ptr<void> slot = {});

  executor_type get_executor() { return next_layer().get_executor(); }
  PlainStream& next_layer() { return bytes_->lowest(); }
  [[nodiscard]] const PlainStream& next_layer() const { return bytes_->lowest(); }
  [[nodiscard]] const std::shared_ptr<void>& slot() const { return slot_; }
  /// Grows, or changes, while somebody takes bytes at the other end, and stands still soon after
  /// nobody does.
  [[nodiscard]] std::uint64_t taken_bytes();
  /// The other end sends nothing more, although what it sent may not have been read yet. It waits
  /// for no answer, or has at least made that impossible to tell.
  ///
  /// @cost a system call
  [[nodiscard]] bool is_ended_by_peer();
  /// Calls back at once where there is nothing to do.
  void handshake(IoCallback done) { bytes_->handshake(std::move(done)); }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    const auto begin = [bytes = bytes_.get()](auto&& done, const asio::mutable_buffer& into) {
      bytes->read_some(into, IoCallback(std::forward<decltype(done)>(done)));
    };
    return asio::async_initiate<Handler, void(Failure, std::size_t)>(begin, handler, first_of(buffers));
  }
  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    const auto begin = [bytes = bytes_.get()](auto&& done, const Several& from) {
      ++bytes->writings;
      bytes->write_some(from, IoCallback(std::forward<decltype(done)>(done)));
    };
    return asio::async_initiate<Handler, void(Failure, std::size_t)>(begin, handler, several_of(buffers));
  }
  /// What Beast does to a stream at the end of a WebSocket.
  template <class Handler>
  friend void async_teardown(beast::role_type role, AnyStream& stream, Handler&& handler) {
    stream.bytes_->teardown(role, IoCallback([kept = std::forward<Handler>(handler)](
                                                 const Failure& failed, std::size_t) mutable { kept(failed); }));
  }

 private:
  using Several = std::array<asio::const_buffer, 4>;
  struct Bytes {
    virtual ~Bytes() = default;
    virtual PlainStream& lowest() = 0;
    virtual void handshake(IoCallback done) = 0;
    virtual void read_some(const asio::mutable_buffer& into, IoCallback done) = 0;
    virtual void write_some(const Several& from, IoCallback done) = 0;
    virtual void teardown(beast::role_type role, IoCallback done) = 0;
    std::uint64_t writings = 0;  // that were begun
  };
  struct InTheClear;
  struct InTls;

  template <class Buffers>
  static asio::mutable_buffer first_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto one = asio::buffer_sequence_begin(buffers); one != end; ++one)
      if (const asio::mutable_buffer buffer(*one); buffer.size() > 0) return buffer;
    return {};
  }
  template <class Buffers>
  static Several several_of(const Buffers& buffers) {
    Several several;
    std::size_t count = 0;
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto one = asio::buffer_sequence_begin(buffers); one != end && count < several.size(); ++one)
      if (const asio::const_buffer buffer(*one); buffer.size() > 0) several[count++] = buffer;
    return several;
  }

  std::shared_ptr<void> slot_;
  std::unique_ptr<Bytes> bytes_;
};

}  // namespace metabatch::service
