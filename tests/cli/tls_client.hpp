// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "support/net/received_bytes.hpp"
#include "support/processes/certificates.hpp"

/// Authorities and certificates in a folder of their own: NAME.crt and NAME.key.
class TestCertificates {
 public:
  [[nodiscard]] QString file(const QString& name) const { return made_.file(name); }
  void make_authority(const QString& name) const { made_.make_authority(name); }
  /// NAME.crt and NAME.key of 127.0.0.1, by the authority `ours`.
  void make_certificate(const QString& serial, const QString& name = "server") const {
    made_.make(name, "ours", "IP:127.0.0.1", 2, serial);
  }

 private:
  const QTemporaryDir folder_;
  const Certificates made_{folder_.path()};
};

/// A TLS client that trusts one authority.
class TlsClient : public metabatch::test::ReceivedBytes {
 public:
  /// @shape own: CERTIFICATE and KEY of the client, or nothing; ciphers: of TLS 1.2
  TlsClient(std::uint16_t port, const QString& authority, int newest = TLS1_3_VERSION, const QStringList& own = {},
            const char* ciphers = nullptr)
      : context_(SSL_CTX_new(TLS_client_method())) {
    if (!own.isEmpty()) {
      SSL_CTX_use_certificate_chain_file(context_, own[0].toUtf8().constData());
      SSL_CTX_use_PrivateKey_file(context_, own[1].toUtf8().constData(), SSL_FILETYPE_PEM);
    }
    if (ciphers != nullptr) SSL_CTX_set_cipher_list(context_, ciphers);
    SSL_CTX_load_verify_locations(context_, authority.toUtf8().constData(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_security_level(context_, 0);  // the server must refuse old versions
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, newest);
    tls_ = SSL_new(context_);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), "127.0.0.1");
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) qFatal("no connection");
    SSL_set_fd(tls_, socket_);
    ERR_clear_error();
    is_connected_ = SSL_connect(tls_) == 1;
    if (!is_connected_) failure_ = ERR_reason_error_string(ERR_peek_error());
  }
  ~TlsClient() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] QByteArray failure() const { return failure_; }
  /// Why nothing more came.
  [[nodiscard]] static QByteArray reason() { return ERR_reason_error_string(ERR_peek_error()); }
  [[nodiscard]] QByteArray version() const { return SSL_get_version(tls_); }
  [[nodiscard]] long serial() const {
    X509* const certificate = SSL_get1_peer_certificate(tls_);
    const long number = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    X509_free(certificate);
    return number;
  }
  void send(const std::string& text) { SSL_write(tls_, text.data(), static_cast<int>(text.size())); }
  /// With what is sent next; asks the other side for the same.
  void change_keys() { SSL_key_update(tls_, SSL_KEY_UPDATE_REQUESTED); }

 private:
  bool more() override {
    char bytes[4096];
    ERR_clear_error();
    const int got = SSL_read(tls_, bytes, sizeof bytes);
    if (got > 0) received(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  SSL_CTX* context_;
  SSL* tls_;
  int socket_;
  bool is_connected_ = false;
  QByteArray failure_;
};
