// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/un.h>

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "cli/program.hpp"
#include "cli/serving.hpp"
#include "cli/terminal/flush_watchdog.hpp"
#include "service/client.hpp"

class TestCliServe : public QObject {
  Q_OBJECT
 private slots:
  void aReportIsWrittenBeforeItEnds();
  void accessesAreLoggedWithoutWhatClientsChoose_data();
  void accessesAreLoggedWithoutWhatClientsChoose();
  void whatTheServerRefusesByItselfIsLoggedToo();
  void aBrokenCertificateChangesNothing_data();
  void aBrokenCertificateChangesNothing();
  void aReloadChangesAllOrNothing();
  void theServiceManagerIsNotified();
  void aFlushLoopThatStandsStillIsSeen();
  void whoLeavesValuesOutIsTheOnlyWriterOfAFile();
  void rowsThatWouldLookStaleAreWarnedOf();
  void impossibleServicesAreReported_data();
  void impossibleServicesAreReported();

 private:
  QTemporaryDir home_;
};

namespace {

void write(const QString& name, const QByteArray& text) {
  QFile file(name);
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("cannot write a file");
}

/// A certificate in NAME.pem for the key in NAME.key, created now.
QByteArray made_certificate(const QString& name) {
  QProcess::execute(
      "openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                  "-subj", "/CN=localhost", "-keyout", name + ".key", "-out", name + ".pem"});
  QFile file(name + ".pem");
  if (!file.open(QIODevice::ReadOnly)) qFatal("openssl makes no certificate");
  return file.readAll();
}

/// A service that has reported its port.
std::uint16_t port_of(Program& program) {
  if (!program.hasSaid("serving") || !program.hasSaid("\n")) return 0;
  const auto found = QRegularExpression("port\"?[=:]\"?([0-9]+)").match(QString::fromUtf8(program.seen_err));
  return static_cast<std::uint16_t>(found.captured(1).toUInt());
}

int report(std::uint16_t port, const AddedAgent& agent, const std::string& value) {
  int status = 0;
  for (int i = 0; i < 1000 && status != 204; ++i) {  // until the tokens are read
    Client client(port);
    client.send(agent.report(value));
    status = answer_from(client).status;
  }
  return status;
}

}  // namespace

void TestCliServe::aReportIsWrittenBeforeItEnds() {
  Program program;
  const AddedAgent agent = AddedAgent::to(program.db());
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--interval", "1h"});
  const std::uint16_t port = port_of(program);
  QVERIFY(port != 0);
  QCOMPARE(report(port, agent, "the last"), 204);
  Client guesser(port);
  const std::string guess = "01234567-89ab-4cde-8f01-23456789abcd";
  for (int i = 0; i < 100; ++i) {
    guesser.send(request("POST", "/api/v2/workspaceagents/me/metadata/cpu", guess, "{}"));
    QCOMPARE(answer_from(guesser).status, 401);
  }
  program.signal(SIGTERM);
  const auto ended = program.end();
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.err.contains("event=stopped offered=1 written=1 dropped=0 unmatched=0 spooled=0 held=0"),
           ended.err.constData());
  QVERIFY(!ended.err.contains(agent.token.c_str()) && !ended.err.contains(guess.c_str()));
  QCOMPARE(ended.err.count("event=\"token or agent not known\""), 2);
  QVERIFY2(ended.err.contains("event=\"token or agent not known\" suppressed=99\n"), ended.err.constData());
  QCOMPARE(Rows(program.file()).of("SELECT value FROM workspace_agent_metadata"), QStringList{"the last"});
}

void TestCliServe::aReloadChangesAllOrNothing() {
  Program program;
  const AddedAgent agent = AddedAgent::to(program.db());
  const QString config = program.home.filePath("config.toml");
  write(config, "interval = \"1h\"\n");
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--config", config});
  const std::uint16_t port = port_of(program);
  QCOMPARE(report(port, agent, "1"), 204);
  write(config, "interval = \"20ms\"\nbatch-size = 9999999\n");
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("event=\"not reloaded, everything stays as it was\""));
  QVERIFY(program.seen_err.contains("batch_size"));
  write(config, "interval = \"20ms\"\n");
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("event=reloaded"));
  QVERIFY(!program.seen_err.contains("needs a restart"));
  program.seen_err.clear();
  write(config, "interval = \"20ms\"\naccess-log = 9\nallowed-host = [\"a\"]\n");
  program.signal(SIGHUP);  // logged again, however soon
  QVERIFY(program.hasSaid("event=reloaded"));
  QVERIFY(program.hasSaid("needs a restart, stays as it was\" settings=\"allowed-host, access-log\"\n"));
  const Rows rows(program.file());
  QVERIFY(QTest::qWaitFor([&] { return rows.of("SELECT value FROM workspace_agent_metadata") == QStringList{"1"}; },
                          20'000));
  program.signal(SIGINT);
  QCOMPARE(program.end().status, 0);
}

void TestCliServe::accessesAreLoggedWithoutWhatClientsChoose_data() {
  QTest::addColumn<QString>("form");
  QTest::addColumn<QByteArray>("report");
  QTest::addColumn<QByteArray>("other");
  QTest::newRow("logfmt") << "logfmt"
                          << QByteArray("method=POST path=/api/v2/workspaceagents/me/metadata/KEY status=204")
                          << QByteArray("method=GET path=other status=404");
  QTest::newRow("json") << "json"
                        << QByteArray(
                               R"("method":"POST","path":"/api/v2/workspaceagents/me/metadata/KEY","status":"204")")
                        << QByteArray(R"("method":"GET","path":"other","status":"404")");
}

void TestCliServe::accessesAreLoggedWithoutWhatClientsChoose() {
  QFETCH(QString, form);
  QFETCH(QByteArray, report);
  QFETCH(QByteArray, other);
  Program program;
  const AddedAgent agent = AddedAgent::to(program.db());
  const auto start = [&form](Program& one, const QString& db, const char* lines) {
    one.start({"serve", "--db", db, "--listen", "127.0.0.1:0", "--access-log", lines, "--log-format", form});
    return port_of(one);
  };
  const auto ask = [](std::uint16_t port, const std::string& text) {
    Client client(port);
    client.send(text);
    return answer_from(client).status;
  };
  const std::uint16_t port = start(program, program.db(), "1000");
  QCOMPARE(ask(port, agent.report("a secret")), 204);
  QCOMPARE(ask(port, request("GET", "/" + agent.token + "?coder_session_token=" + agent.token, agent.token)), 404);
  QCOMPARE(ask(port, request("GET", agent.path("metadata"), agent.token)), 200);
  QCOMPARE(ask(port, request("GET", agent.path("metadata"), "x event=forged")), 401);
  program.signal(SIGTERM);
  const auto ended = program.end();
  for (const QByteArray& words : {report, other, QByteArray("/api/v2/workspaceagents/ID/metadata")})
    QVERIFY2(ended.err.contains(words), ended.err.constData());
  for (const char* const chosen : {agent.token.c_str(), "secret", "forged", "coder_session"})
    QVERIFY2(!ended.err.contains(chosen), ended.err.constData());
  for (const QByteArray& line : ended.err.trimmed().split('\n'))
    if (form == "json") QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
  Program limited;
  const std::uint16_t other_port = start(limited, limited.db(), "1");
  for (int i = 0; i < 50; ++i) QCOMPARE(ask(other_port, request("GET", "/healthz")), 200);
  limited.signal(SIGTERM);
  const QByteArray said = limited.end().err;
  qsizetype told = said.count("/healthz"), suppressed = 0;
  for (auto found = QRegularExpression("suppressed\"?[=:]\"?([0-9]+)").globalMatch(QString::fromUtf8(said));
       found.hasNext();)
    suppressed += found.next().captured(1).toInt();
  QVERIFY(told < 25);
  QCOMPARE(told + suppressed, 50);
}

void TestCliServe::whatTheServerRefusesByItselfIsLoggedToo() {
  Program program;
  const AddedAgent agent = AddedAgent::to(program.db());
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--access-log", "1000", "--max-connections",
                 "2", "--threads", "1"});
  const std::uint16_t port = port_of(program);
  QVERIFY(port != 0);
  QByteArrayList wanted;
  const auto refused = [&](const std::string& text, const char* said) {
    Client client(port);
    client.send(text);
    (void)client.rest();
    wanted += "event=refused peer=" + QByteArray::fromStdString(client.address()) + said;
  };
  const std::string secret = "Coder-Session-Token: " + agent.token + "\r\n";
  refused("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n" + secret + "\r\n",
          " status=421 reason=\"This service does not answer to that host name.\"");
  refused("GET /healthz HTTP/1.1\r\n" + secret + "\r\n", " status=400 reason=\"Request needs one Host header.\"");
  refused(request("GET", "/healthz", agent.token, "", "X: " + std::string(20'000, 'x') + "\r\n"),
          " status=431 reason=\"Request header is too large.\"");
  refused("POST /healthz HTTP/1.1\r\nHost: localhost\r\n" + secret + "Content-Length: 99999999\r\n\r\n",
          " status=413 reason=\"Request body is too large.\"");
  refused(agent.token + "\r\n\r\n", " status=400 reason=\"Request is not HTTP/1.1.\"");
  Client watcher(port), idle(port);
  watcher.send(request("GET", agent.path("watch-metadata"), agent.token));
  watcher.until("event: data");
  idle.send(request("GET", "/healthz", "", "", "X-Forwarded-For: 6.6.6.6\r\n"));
  QCOMPARE(answer_from(idle).status, 200);
  refused("", " status=none reason=\"Too many connections.\"");
  const QByteArray of_watcher = "peer=" + QByteArray::fromStdString(watcher.address());
  wanted += "event=access peer=" + QByteArray::fromStdString(idle.address()) + " method=GET path=/healthz status=200";
  wanted += "event=\"stream begins\" " + of_watcher;
  wanted += "event=\"stream ends\" " + of_watcher;
  program.signal(SIGTERM);
  const auto ended = program.end();
  for (const QByteArray& line : wanted) QVERIFY2(ended.err.contains(line), line + " is not in\n" + ended.err);
  for (const char* const chosen : {agent.token.c_str(), "evil", "6.6.6.6"}) QVERIFY(!ended.err.contains(chosen));
}

void TestCliServe::aBrokenCertificateChangesNothing_data() {
  QTest::addColumn<QByteArray>("broken");
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("no certificate") << QByteArray("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  QTest::newRow("of another key") << made_certificate(home_.filePath("other"));
}

void TestCliServe::aBrokenCertificateChangesNothing() {
  QFETCH(QByteArray, broken);
  Program program;
  const QString certificate = program.home.filePath("x.pem"), config = program.home.filePath("config.toml");
  const QByteArray whole = made_certificate(program.home.filePath("x"));
  write(config, "interval = \"1h\"\nbatch-size = 7\n");
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--config", config, "--tls-cert",
                 certificate, "--tls-key", program.home.filePath("x.key")});
  const std::uint16_t port = port_of(program);
  QVERIFY(port != 0);
  const QString url = QString("https://localhost:%1/metrics").arg(port), trusted = program.home.filePath("trusted.pem");
  write(trusted, whole);
  const auto top = [&] { return Program().run({"top", url, "--ca", trusted, "--once", "--every", "100ms"}); };
  QCOMPARE(top().status, 0);
  QCOMPARE(Program().run({"top", url, "--once", "--every", "100ms"}).status, 1);  // no authority has signed it
  write(certificate, broken);
  write(config, "interval = \"20ms\"\nbatch-size = 9\n");
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("not reloaded, everything stays as it was"));
  QCOMPARE(top().status, 0);  // with the old one
  write(certificate, whole);
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("event=reloaded"));
  QCOMPARE(top().status, 0);
  program.signal(SIGTERM);
  QCOMPARE(program.end().status, 0);
}

void TestCliServe::theServiceManagerIsNotified() {
  Program program;
  const QByteArray path = program.home.filePath("notify").toUtf8();
  const int manager = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  QCOMPARE(::bind(manager, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const timeval patience{.tv_sec = 60, .tv_usec = 0};
  ::setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto told = [manager](bool is_beat_wanted = false) {
    for (char bytes[100];;) {
      const ssize_t got = ::recv(manager, bytes, sizeof bytes, 0);
      const QByteArray state(bytes, std::max<ssize_t>(got, 0));
      if (got <= 0 || is_beat_wanted || state != "WATCHDOG=1") return state;
    }
  };
  program.set("NOTIFY_SOCKET", path);
  program.set("WATCHDOG_USEC", "100000");
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0"});
  QCOMPARE(told(true), QByteArray("READY=1"));
  QVERIFY(port_of(program) != 0);
  QCOMPARE(told(true), QByteArray("WATCHDOG=1"));
  QCOMPARE(told(true), QByteArray("WATCHDOG=1"));
  program.signal(SIGHUP);
  QCOMPARE(told(), QByteArray("RELOADING=1"));
  QCOMPARE(told(), QByteArray("READY=1"));
  program.signal(SIGTERM);
  QCOMPARE(told(), QByteArray("STOPPING=1"));
  QCOMPARE(program.end().status, 0);
  ::close(manager);
}

void TestCliServe::aFlushLoopThatStandsStillIsSeen() {
  using namespace std::chrono_literals;
  const metabatch::Instant t0(1000s);
  metabatch::cli::FlushWatch watch(t0);
  QVERIFY(watch.is_alive(0, 0, 5s, t0 + 1h));         // nothing to do
  QVERIFY(watch.is_alive(0, 9, 5s, t0 + 1h + 64s));   // held since then, at the latest
  QVERIFY(!watch.is_alive(0, 9, 5s, t0 + 1h + 65s));  // and never tried
  QVERIFY(watch.is_alive(0, 9, 10s, t0 + 1h + 65s));  // the interval was made longer
  QVERIFY(watch.is_alive(1, 9, 5s, t0 + 1h + 66s));   // tried, whether it succeeded or not
  QVERIFY(!watch.is_alive(1, 9, 5s, t0 + 1h + 66s + 65s));
}

void TestCliServe::whoLeavesValuesOutIsTheOnlyWriterOfAFile() {
  Program home, feeding;
  (void)AddedAgent::to(home.db());
  const QByteArray line =
      R"({"agent":"01234567-89ab-4cde-8f01-23456789abcd","key":"cpu","value":"1","collected_at":"2026-01-01T00:00:00Z"})"
      "\n";
  const QStringList ingest = {"ingest", "--register", "--db", home.db()};
  const QStringList run = {"run", "--agents", "1", "--for", "1ms", "--db", home.db()};
  const QByteArray refusal = "another process writes ";
  QFile config(home.home.filePath("config.toml"));
  write(config.fileName(), "suppress-unchanged = \"60s\"\n");
  Serving serving(home.db());
  QVERIFY(serving.start({"--config", config.fileName()}));
  for (const QStringList& other : {ingest, run, run + QStringList{"--suppress-unchanged", "60s"}}) {
    const auto ended = Program().run(other, line);
    QVERIFY2(ended.status != 0 && ended.err.contains(refusal), ended.err);
  }
  write(config.fileName(), "");
  serving.program().seen_err.clear();
  serving.program().signal(SIGHUP);
  QVERIFY(serving.program().hasSaid("\"event\":\"reloaded\""));
  const auto allowed = Program().run(ingest, line);
  QVERIFY2(allowed.status == 0, allowed.err);
  feeding.start(ingest + QStringList{"--print-notifications"});  // writes until its input ends
  feeding.process.write(line);
  while (!feeding.seen_out.contains("\n")) {
    QVERIFY(feeding.process.waitForReadyRead(60'000));
    feeding.seen_out += feeding.process.readAllStandardOutput();
  }
  write(config.fileName(), "suppress-unchanged = \"60s\"\n");
  serving.program().signal(SIGHUP);
  QVERIFY(serving.program().hasSaid("suppress_unchanged: another process writes"));
  QCOMPARE(feeding.end().status, 0);
  serving.program().seen_err.clear();
  serving.program().signal(SIGHUP);
  QVERIFY(serving.program().hasSaid("\"event\":\"reloaded\""));
  QVERIFY(Program().run(ingest, line).status != 0);
  QCOMPARE(serving.stop().status, 0);
}

void TestCliServe::rowsThatWouldLookStaleAreWarnedOf() {
  Program home;
  QCOMPARE(Program()
               .run({"agents", "add", "--key", "cpu", "--interval", "10s", "--timeout", "25s", "--key", "mem",
                     "--interval", "0s", "--timeout", "0s", "--db", home.db()})
               .status,
           0);
  const QByteArray warning = "suppress_unchanged is not below the limit of rows";
  for (const char* const allowed : {"59s", "0s"}) {
    Serving serving(home.db());
    QVERIFY(serving.start({"--suppress-unchanged", allowed}));
    QVERIFY(!serving.stop().err.contains(warning));
  }
  Serving serving(home.db());
  QVERIFY(serving.start({"--suppress-unchanged", "60s"}));
  QVERIFY(serving.program().hasSaid(warning));
  QVERIFY(serving.program().hasSaid("1 of 1 rows are shown as stale before they are written again"));
}

void TestCliServe::impossibleServicesAreReported_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<int>("status");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("no port") << QStringList{"--listen", "localhost"} << 2 << QByteArray("--listen");
  QTest::newRow("no address") << QStringList{"--listen", "nowhere:0"} << 2 << QByteArray("names are not looked up");
  QTest::newRow("no socket") << QStringList{"--listen", "unix:"} << 2
                             << QByteArray("the path of the socket is missing");
  QTest::newRow("threads") << QStringList{"--threads", "100000"} << 2 << QByteArray("--threads");
  QTest::newRow("no connections") << QStringList{"--max-connections", "0"} << 2 << QByteArray("--max-connections");
  QTest::newRow("ciphers") << QStringList{"--tls-min-version", "1.1"} << 2 << QByteArray("--tls-min-version");
  QTest::newRow("half a certificate") << QStringList{"--tls-cert", "x"} << 2 << QByteArray("go together");
  QTest::newRow("no certificate") << QStringList{"--tls-cert", "x", "--tls-key", "y", "--listen", "127.0.0.1:0"} << 1
                                  << QByteArray("cannot serve");
  QTest::newRow("no tokens") << QStringList{"--watch-token-file", "/no/such"} << 1
                             << QByteArray("/no/such: cannot be read");
  QTest::newRow("prefix") << QStringList{"--metric-prefix", "a b"} << 2 << QByteArray("--metric-prefix");
  QTest::newRow("setting") << QStringList{"--batch-size", "-1"} << 2 << QByteArray("batch_size");
  QTest::newRow("writers of a file") << QStringList{"--writers", "2"} << 2 << QByteArray("one writer");
}

void TestCliServe::impossibleServicesAreReported() {
  QFETCH(QStringList, arguments);
  QFETCH(int, status);
  QFETCH(QByteArray, said);
  Program program;
  const auto ended = program.run(QStringList{"serve", "--db", program.db()} + arguments);
  QVERIFY2(ended.err.contains(said), ended.err.constData());
  QCOMPARE(ended.status, status);
}

QTEST_GUILESS_MAIN(TestCliServe)
#include "tst_cli_serve.moc"
