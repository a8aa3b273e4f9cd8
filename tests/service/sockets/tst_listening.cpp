// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/un.h>

#include <QTest>

#include "service/sockets/address_counts.hpp"
#include "service/stage.hpp"
#include "service/watching.hpp"

using namespace metabatch;
using namespace metabatch::service;

/// Where the service listens, and whom it lets in.
class TestListening : public QObject {
  Q_OBJECT
 private slots:
  void aUnixSocketIsServedAndRemoved();
  void metricsMayHaveAUnixSocketOfTheirOwn();
  void metricsMayNeedAToken();
  void theModeIsAsAsked();
  void theSocketOfAKilledProcessIsReplaced();
  void aSocketThatAnswersIsLeftAlone();
  void anotherServiceIsNamed();
  void whatIsNoSocketIsLeftAlone_data();
  void whatIsNoSocketIsLeftAlone();
  void aSocketThatWasReplacedIsNotRemoved();
  void anAddressHasItsShareOfConnections();
  void aStreamCountsForItsAddress();
  void proxiesAndUnixSocketsAreNotCounted();
  void networksOfIpv6AreCounted();
};

namespace {

constexpr std::string_view kReport = R"({"metadata":[{"key":"cpu","value":"by a file"}]})";

bool exists(const QString& path) {
  struct stat found {};
  return ::lstat(path.toUtf8().constData(), &found) == 0;
}

ino_t inode_of(const QString& path) {
  struct stat found {};
  return ::lstat(path.toUtf8().constData(), &found) == 0 ? found.st_ino : 0;
}

/// A socket of somebody else, with its file.
int bound_socket(const QString& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.toStdString().copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) qFatal("bind");
  return socket;
}

/// Listens on `socket` in the folder of the stage.
Stage::Change on_socket(const QString& path) {
  return [path](ServiceOptions& options) { options.server.listen.unix_path = path.toStdString(); };
}

/// Why a service does not start at this path.
std::string refusal_at(const QString& path) {
  Stage stage;
  ServiceOptions options = stage.options;
  stage.service.reset();
  options.server.listen.unix_path = path.toStdString();
  auto started = Service::start(options, stage.log);
  return std::holds_alternative<std::string>(started) ? std::get<std::string>(started) : "it has started";
}

double metric(const Stage& stage, const std::string& name) {
  const std::string page = stage.get("/metrics").body;
  const std::size_t at = page.find("\ncoderd_agentapi_" + name + " ");
  return at == std::string::npos ? -1 : std::atof(page.c_str() + at + name.size() + 18);
}

}  // namespace

void TestListening::aUnixSocketIsServedAndRemoved() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  Stage stage(on_socket(path));
  QCOMPARE(stage.port(), std::uint16_t{0});
  Client watcher(path.toStdString());
  watcher.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  QVERIFY(watcher.until("event: data\n").starts_with("HTTP/1.1 200 OK\r\n"));
  QCOMPARE(stage.post(stage.agents[0], kReport).status, 204);
  QVERIFY(watcher.until("by a file").ends_with("by a file"));
  stage.service->stop();
  QVERIFY(!exists(path));
  QVERIFY(watcher.rest().ends_with("0\r\n\r\n"));
}

void TestListening::metricsMayHaveAUnixSocketOfTheirOwn() {
  QTemporaryDir folder;
  const QString path = folder.filePath("metrics");
  Stage stage(
      [&](ServiceOptions& options) { options.metrics_listen = ListenAddress{.unix_path = path.toStdString()}; });
  QCOMPARE(stage.get("/metrics").status, 404);
  Client client(path.toStdString());
  client.send(request("GET", "/metrics"));
  QCOMPARE(answer_from(client).status, 200);
}

void TestListening::metricsMayNeedAToken() {
  const std::string token = "a-token-of-prometheus";
  for (const bool has_listener : {false, true}) {
    Stage stage([&](ServiceOptions& options) {
      if (has_listener) options.metrics_listen = ListenAddress{};
      options.metrics_token_file = QString::fromStdString(options.watch_token_file).append(".metrics").toStdString();
      QFile file(QString::fromStdString(options.metrics_token_file));
      if (!file.open(QIODevice::WriteOnly)) qFatal("no file");
      file.write("# of Prometheus\n" + QByteArray::fromStdString(token));
    });
    Client client(stage.service->metrics_port());
    const auto get = [&](std::string_view target, const std::string& header) {
      client.send(request("GET", target, {}, {}, header.empty() ? "" : header + "\r\n"));
      return answer_from(client);
    };
    for (const std::string& header :
         {std::string(), "Authorization: Bearer " + token + "x", "Authorization: Basic " + token,
          "Authorization: Bearer " + stage.watch_token, "Coder-Session-Token: " + token}) {
      const Answered refused = get("/metrics", header);
      QCOMPARE(refused.status, 401);
      QVERIFY2(refused.head.find("\r\nWWW-Authenticate: Bearer realm=") != std::string::npos, refused.head.c_str());
      QVERIFY(refused.body.find("metadata_") == std::string::npos);
    }
    QCOMPARE(get("/metrics", "Authorization: Bearer " + token).status, 200);
    QCOMPARE(get("/readyz", {}).status, 200);
    stage.write_file("tokens.metrics", "another-token-of-prometheus");
    QCOMPARE(stage.service->change({stage.options.config, stage.options.token_refresh, stage.options.watch_token_file,
                                    stage.options.metrics_token_file}),
             std::string());
    QCOMPARE(get("/metrics", "Authorization: Bearer " + token).status, 401);
    QCOMPARE(get("/metrics", "Authorization: Bearer another-token-of-prometheus").status, 200);
  }
}

void TestListening::theModeIsAsAsked() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  const auto mode_with = [&](mode_t mode) {
    Stage stage([&](ServiceOptions& options) {
      on_socket(path)(options);
      options.server.socket_mode = mode;
    });
    struct stat found {};
    ::lstat(path.toUtf8().constData(), &found);
    return found.st_mode & 07777;
  };
  const mode_t before = ::umask(0077);  // as the unit has it
  QCOMPARE(mode_with(0660), mode_t{0660});
  QCOMPARE(mode_with(0600), mode_t{0600});
  ::umask(0);
  QCOMPARE(mode_with(0666), mode_t{0666});
  ::umask(before);
}

void TestListening::theSocketOfAKilledProcessIsReplaced() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  ::close(bound_socket(path));  // the file stays
  const ino_t before = inode_of(path);
  QVERIFY(before != 0);
  Stage stage(on_socket(path));
  QCOMPARE(stage.get("/healthz").status, 200);
}

void TestListening::aSocketThatAnswersIsLeftAlone() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  const int other = bound_socket(path);
  QCOMPARE(::listen(other, 1), 0);
  const ino_t before = inode_of(path);
  const std::string said = refusal_at(path);
  QVERIFY2(said.find("another process answers there") != std::string::npos, said.c_str());
  QCOMPARE(inode_of(path), before);
  ::close(other);
}

void TestListening::anotherServiceIsNamed() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  Stage stage(on_socket(path));
  const std::string said = refusal_at(path);
  QVERIFY2(said.find("another metabatch serve listens there") != std::string::npos, said.c_str());
  QCOMPARE(stage.get("/healthz").status, 200);
}

void TestListening::whatIsNoSocketIsLeftAlone_data() {
  QTest::addColumn<QByteArray>("kind");
  for (const char* const kind : {"file", "folder", "link", "link to nothing"}) QTest::newRow(kind) << QByteArray(kind);
}

void TestListening::whatIsNoSocketIsLeftAlone() {
  QFETCH(QByteArray, kind);
  QTemporaryDir folder;
  const QString path = folder.filePath("socket"), file = kind == "file" ? path : folder.filePath("file");
  if (kind != "link to nothing") {
    QFile made(file);
    QVERIFY(made.open(QIODevice::WriteOnly));
    made.write("kept");
  }
  if (kind == "folder") QVERIFY(QDir().mkdir(path));
  if (kind.startsWith("link")) QVERIFY(QFile::link(file, path));
  const ino_t before = inode_of(path);
  const std::string said = refusal_at(path);
  QVERIFY2(said.find("is not a socket") != std::string::npos, said.c_str());
  QCOMPARE(inode_of(path), before);
}

void TestListening::aSocketThatWasReplacedIsNotRemoved() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  Stage stage(on_socket(path));
  QVERIFY(QFile::rename(path, folder.filePath("moved")));
  ::close(bound_socket(path));
  stage.service->stop();
  QVERIFY(exists(path));
}

void TestListening::anAddressHasItsShareOfConnections() {
  Stage stage([](ServiceOptions& options) { options.server.limits.connections_per_address = 2; });
  const auto is_served = [&](Client& client) {
    client.send(request("GET", "/healthz"));
    return answer_from(client).status == 200;
  };
  auto first = std::make_unique<Client>(stage.port(), 0, Client::kPatience, "127.0.0.2");
  Client second(stage.port(), 0, Client::kPatience, "127.0.0.2"),
      other(stage.port(), 0, Client::kPatience, "127.0.0.3");
  QVERIFY(is_served(*first) && is_served(second) && is_served(other));
  QCOMPARE(Client(stage.port(), 0, Client::kPatience, "127.0.0.2").rest(), std::string());
  QCOMPARE(metric(stage, "metadata_connections_refused_by_address_total"), 1.0);
  QCOMPARE(metric(stage, "metadata_connections_refused_total"), 0.0);
  first.reset();
  bool is_free = false;  // once the service has seen the end
  for (const auto end = std::chrono::steady_clock::now() + Client::kPatience; !is_free;) {
    Client again(stage.port(), 0, Client::kPatience, "127.0.0.2");
    is_free = is_served(again);
    QVERIFY(std::chrono::steady_clock::now() < end);
  }
}

void TestListening::aStreamCountsForItsAddress() {
  Stage stage([](ServiceOptions& options) { options.server.limits.connections_per_address = 1; });
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n";
  Client events(stage.port(), 0, Client::kPatience, "127.0.0.2"),
      socket(stage.port(), 0, Client::kPatience, "127.0.0.3");
  events.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  QVERIFY(!events.until("event: data\n").empty());
  socket.send(request("GET", stage.agents[0].path("watch-metadata-ws"), stage.watch_token, {}, upgrade));
  QVERIFY(!socket.until("\"data\":[").empty());
  for (const char* const from : {"127.0.0.2", "127.0.0.3"})
    QCOMPARE(Client(stage.port(), 0, Client::kPatience, from).rest(), std::string());
}

void TestListening::proxiesAndUnixSocketsAreNotCounted() {
  QTemporaryDir folder;
  const QString path = folder.filePath("socket");
  Stage direct([](ServiceOptions& options) {
    options.server.limits.connections_per_address = 1;
    options.server.trusted_proxies = {"127.0.0.2"};
  });
  Stage local([&](ServiceOptions& options) {
    on_socket(path)(options);
    options.server.limits.connections_per_address = 1;
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(direct.port(), 0, Client::kPatience, "127.0.0.2"));
    clients.push_back(std::make_unique<Client>(path.toStdString()));
  }
  for (const auto& client : clients) {
    client->send(request("GET", "/healthz"));
    QCOMPARE(answer_from(*client).status, 200);
  }
}

void TestListening::networksOfIpv6AreCounted() {
  const std::string exempt[] = {"2001:db8::99"};
  AddressCounts counts(1, exempt);
  const auto taken = counts.reserve(parse_address("2001:db8::1"));
  QVERIFY(taken && *taken);
  QVERIFY(!counts.reserve(parse_address("2001:db8::ffff:2")));
  QVERIFY(counts.reserve(parse_address("2001:db8:0:1::1")));
  QVERIFY(counts.reserve(parse_address("2001:db8::99")));
  const auto ipv4 = counts.reserve(parse_address("192.0.2.1"));
  QVERIFY(ipv4 && *ipv4);
  QVERIFY(!counts.reserve(parse_address("::ffff:192.0.2.1")));
  QVERIFY(counts.reserve(parse_address("192.0.2.2")));
  QVERIFY(!parse_address("localhost") && !parse_address("[::1]") && !parse_address(""));
}

QTEST_GUILESS_MAIN(TestListening)
#include "tst_listening.moc"
