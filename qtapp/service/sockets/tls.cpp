// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>

namespace metabatch::service {
namespace {

namespace ssl = boost::asio::ssl;

constexpr const char* kDefaultCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of TLS 1.2; those of 1.3 are all ephemeral

void check(long result, const char* what) {
  if (result == 1) return;
  const boost::system::error_code code(static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category());
  throw boost::system::system_error(code, what);
}

}  // namespace

std::shared_ptr<ssl::context> make_tls_context(const TlsOptions& options) {
  if (options.certificate.empty()) return nullptr;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression);
  check(SSL_CTX_set_min_proto_version(native, options.needs_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION),
        "--tls-min-version");
  check(SSL_CTX_set_cipher_list(native, options.ciphers.empty() ? kDefaultCiphers : options.ciphers.c_str()),
        "--tls-ciphers");
  context->use_certificate_chain_file(options.certificate);
  context->use_private_key_file(options.key, ssl::context::pem);
  if (!options.client_ca.empty()) {
    context->load_verify_file(options.client_ca);
    SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(options.client_ca.c_str()));
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    constexpr unsigned char kSessions[] = "metabatch";
    SSL_CTX_set_session_id_context(native, kSessions, sizeof kSessions - 1);  // demanded where clients are verified
  }
  return context;
}

std::optional<WallTime> certificate_expiry(ssl::context& context) {
  X509* const certificate = SSL_CTX_get0_certificate(context.native_handle());
  if (certificate == nullptr) return std::nullopt;
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace metabatch::service
