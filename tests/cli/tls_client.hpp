// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

/// Authorities and a certificate in a folder of their own: NAME.crt and NAME.key, server.crt and
/// server.key.
class TestCertificates {
 public:
  [[nodiscard]] QString file(const QString& name) const { return folder_.filePath(name); }
  void make_authority(const QString& name) const {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".crt")});
  }
  /// NAME.crt and NAME.key of 127.0.0.1, by the authority `ours`.
  void make_certificate(const QString& serial, const QString& name = "server") const {
    QFile names(file("names"));
    if (!names.open(QIODevice::WriteOnly)) qFatal("no file");
    names.write("subjectAltName=IP:127.0.0.1\n");
    names.close();
    openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=service", "-keyout",
             file(name + ".key"), "-out", file(name + ".csr")});
    openssl({"x509", "-req", "-in", file(name + ".csr"), "-CA", file("ours.crt"), "-CAkey", file("ours.key"),
             "-set_serial", serial, "-days", "2", "-extfile", file("names"), "-out", file(name + ".crt")});
  }

 private:
  static void openssl(const QStringList& arguments) {
    QProcess program;
    program.start("openssl", arguments);
    if (!program.waitForFinished() || program.exitCode() != 0)
      qFatal("openssl: %s", program.readAllStandardError().constData());
  }
  QTemporaryDir folder_;
};

/// A TLS client that trusts one authority.
class TlsClient {
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
  /// Everything received up to and including `mark`.
  std::string until(const std::string& mark) {
    while (seen_.find(mark) == std::string::npos)
      if (!more()) return std::exchange(seen_, {});
    return take(seen_.find(mark) + mark.size());
  }
  std::string exactly(std::size_t bytes) {
    while (seen_.size() < bytes && more()) {
    }
    return take(std::min(bytes, seen_.size()));
  }

 private:
  bool more() {
    char bytes[4096];
    ERR_clear_error();
    const int got = SSL_read(tls_, bytes, sizeof bytes);
    if (got > 0) seen_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = seen_.substr(0, size);
    seen_.erase(0, size);
    return taken;
  }

  SSL_CTX* context_;
  SSL* tls_;
  int socket_;
  bool is_connected_ = false;
  QByteArray failure_;
  std::string seen_;
};
