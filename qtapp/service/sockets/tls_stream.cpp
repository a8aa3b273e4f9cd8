// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace metabatch::service {
namespace {

constexpr std::size_t kMostRecord = SSL3_RT_MAX_PLAIN_LENGTH;  // bytes
constexpr std::size_t kMostUnsent = std::size_t{64} << 10;  // bytes that OpenSSL may write while others are being sent

}  // namespace

struct TlsStream::Bio {
  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const one = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "metabatch");
      if (one == nullptr) throw std::bad_alloc();
      BIO_meth_set_read(one, read);
      BIO_meth_set_write(one, write);
      BIO_meth_set_ctrl(one, control);
      return one;
    }();
    return made;
  }
  static TlsStream& stream(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }
  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const int got = stream(bio).take_input(into, static_cast<std::size_t>(size));
    if (got < 0 && !stream(bio).input_failed_) BIO_set_retry_read(bio);
    return got;
  }
  /// A client that makes OpenSSL answer and does not read the answers is cut off.
  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    TlsStream& self = stream(bio);
    if (self.output_.size() > kMostUnsent) self.input_failed_ = asio::error::no_buffer_space;
    if (self.output_.size() > kMostUnsent) return -1;
    self.output_.append(from, static_cast<std::size_t>(size));
    return size;
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }
};

/// The callbacks hold the connection, and so this stream. An operation that is destroyed without a
/// call, at the end of the event loop, lets go of them.
struct TlsStream::Pending {
  explicit Pending(std::shared_ptr<TlsStream> a_stream) : stream(std::move(a_stream)) {}
  Pending(Pending&&) = default;
  ~Pending() {
    if (!stream) return;
    const IoCallback reader = std::exchange(stream->reader_, {}), writer = std::exchange(stream->writer_, {});
  }
  std::shared_ptr<TlsStream> stream;
};

TlsStream::TlsStream(PlainStream bytes, std::shared_ptr<asio::ssl::context> context, const std::string& server)
    : context_(std::move(context)), bytes_(std::move(bytes)), tls_(SSL_new(context_->native_handle())) {
  BIO* const bio = tls_ ? BIO_new(Bio::method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_mode(tls_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_set_read_ahead(tls_.get(), 1);                     // a record in one reading
  SSL_set_options(tls_.get(), SSL_OP_NO_RENEGOTIATION);  // so that a writing needs no reading
  server.empty() ? SSL_set_accept_state(tls_.get()) : expect(server);
}

void TlsStream::expect(const std::string& server) {
  SSL_set_connect_state(tls_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), server.c_str()) == 1) return;
  if (SSL_set1_host(tls_.get(), server.c_str()) != 1 || SSL_set_tlsext_host_name(tls_.get(), server.c_str()) != 1)
    throw std::bad_alloc();
}

void TlsStream::handshake(IoCallback done) {
  is_handshake_ = true;
  reader_ = std::move(done);
  read(true);
}

void TlsStream::read_some(const asio::mutable_buffer& into, IoCallback done) {
  if (into.size() == 0) return post(std::move(done), {}, 0);
  into_ = into;
  reader_ = std::move(done);
  read(true);
}

void TlsStream::read(bool is_first) {
  const std::size_t unsent = output_.size();
  ERR_clear_error();
  const int most = static_cast<int>(std::min(into_.size(), kMostRecord));
  const int result = is_handshake_ ? SSL_do_handshake(tls_.get()) : SSL_read(tls_.get(), into_.data(), most);
  const Failure failed = result > 0 ? Failure() : failure_of(result);
  const bool has_alert = failed && output_.size() > unsent;
  flush();
  if (result <= 0 && !failed) return await_input();
  if (has_alert && !output_failed_) {
    ending_ = failed;
    return;
  }
  const std::size_t size = result > 0 && !is_handshake_ ? static_cast<std::size_t>(result) : 0;
  is_handshake_ = false;
  IoCallback done = std::exchange(reader_, {});
  is_first ? post(std::move(done), failed, size) : done(failed, size);
}

void TlsStream::await_input() {
  Pending pending(shared_from_this());
  bytes_.async_read_some(asio::buffer(input_),
                         [pending = std::move(pending)](const Failure& failed, std::size_t size) mutable {
                           const auto self = std::move(pending.stream);
                           self->input_begin_ = 0;
                           self->input_end_ = size;
                           self->has_kernel_more_ = size == self->input_.size();
                           if (failed) self->input_failed_ = failed;
                           self->read(false);
                         });
}

int TlsStream::take_input(char* into, std::size_t size) {
  if (const std::size_t awaited = std::min(input_end_ - input_begin_, size); awaited > 0) {
    std::memcpy(into, input_.data() + input_begin_, awaited);
    input_begin_ += awaited;
    return static_cast<int>(awaited);
  }
  if (input_failed_ || !std::exchange(has_kernel_more_, false)) return -1;
  const ssize_t got = ::recv(bytes_.socket().native_handle(), into, size, MSG_DONTWAIT);
  if (got > 0) {
    has_kernel_more_ = static_cast<std::size_t>(got) == size;
    return static_cast<int>(got);
  }
  if (got == 0) input_failed_ = asio::error::eof;
  if (got < 0 && errno != EAGAIN && errno != EINTR) input_failed_ = Failure(errno, boost::system::system_category());
  return -1;
}

Failure TlsStream::failure_of(int result) const {
  const int kind = SSL_get_error(tls_.get(), result);
  if (kind == SSL_ERROR_WANT_READ) return {};
  if (kind == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
  if (kind == SSL_ERROR_SSL) return {static_cast<int>(ERR_get_error()), asio::error::get_ssl_category()};
  if (!input_failed_ || input_failed_ == asio::error::eof) return asio::ssl::error::stream_truncated;
  return input_failed_;
}

void TlsStream::write_some(std::span<const asio::const_buffer> from, IoCallback done) {
  const auto begin = std::find_if(from.begin(), from.end(), [](const auto& one) { return one.size() > 0; });
  if (begin == from.end()) return post(std::move(done), {}, 0);
  if (begin->size() >= kMostRecord || begin + 1 == from.end())
    return encrypt(begin->data(), std::min(begin->size(), kMostRecord), std::move(done));
  char record[kMostRecord];
  std::size_t size = 0;
  for (auto one = begin; one != from.end() && size < kMostRecord; ++one) {
    const std::size_t part = std::min(one->size(), kMostRecord - size);
    if (part > 0) std::memcpy(record + size, one->data(), part);
    size += part;
  }
  encrypt(record, size, std::move(done));
}

void TlsStream::encrypt(const void* data, std::size_t size, IoCallback done) {
  ERR_clear_error();
  const int result = SSL_write(tls_.get(), data, static_cast<int>(size));
  if (result <= 0) {
    const Failure failed = failure_of(result);
    flush();
    return post(std::move(done), failed ? failed : Failure(asio::ssl::error::unexpected_result), 0);
  }
  writer_ = std::move(done);
  writing_ = static_cast<std::size_t>(result);
  flush();
}

void TlsStream::say_end(IoCallback done) {
  ERR_clear_error();
  (void)SSL_shutdown(tls_.get());  // a session that has failed has nothing to say
  writer_ = std::move(done);
  writing_ = 0;
  flush();
}

void TlsStream::flush() {
  if (is_sending_) return;
  if (output_.empty() || output_failed_) {
    if (writer_) post(std::exchange(writer_, {}), output_failed_, output_failed_ ? 0 : writing_);
    return;
  }
  is_sending_ = true;
  sending_.swap(output_);
  Pending pending(shared_from_this());
  asio::async_write(bytes_, asio::buffer(sending_),
                    [pending = std::move(pending)](const Failure& failed, std::size_t) mutable {
                      std::exchange(pending.stream, nullptr)->sent(failed);
                    });
}

void TlsStream::sent(const Failure& failed) {
  is_sending_ = false;
  std::string().swap(sending_);
  if (failed) output_failed_ = failed;
  if (!failed && !output_.empty()) return flush();
  if (writer_) std::exchange(writer_, {})(failed, failed ? 0 : writing_);
  if (reader_ && ending_) std::exchange(reader_, {})(ending_, 0);
}

void TlsStream::post(IoCallback done, const Failure& failed, std::size_t size) {
  asio::post(bytes_.get_executor(), [kept = std::move(done), failed, size]() mutable { kept(failed, size); });
}

}  // namespace metabatch::service
