// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "cli/program.hpp"
#include "gui/http_fixture.hpp"
#include "gui/operator.hpp"
#include "service/client.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

QByteArray pageOf(int flushes) {
  const QByteArray count = QByteArray::number(flushes);
  return "coderd_agentapi_metadata_batches_total{reason=\"capacity\"} " + count +
         "\ncoderd_agentapi_metadata_batch_utilization_count " + QByteArray::number(50 * flushes) +
         "\ncoderd_agentapi_metadata_flushed_total " + QByteArray::number(500 * flushes) +
         "\ncoderd_agentapi_metadata_dropped_keys_total 0\n";
}

}  // namespace

/// The metrics of a production batcher: possible answers of a server, and what the window makes of
/// them.
class TstMetricsWatch : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void faultsAreDescribedInWords_data();
  void faultsAreDescribedInWords();
  void endlessAnswersEnd_data();
  void endlessAnswersEnd();
  void redirectsStayAtTheirOrigin();
  void openMetricsIsUnderstood();
  void secretsAreSentAndNeverShown_data();
  void secretsAreSentAndNeverShown();
  void profilesKeepNoSecret();
  void closesAmidARequest();
  void dashboardShowsWhatIsScraped();
  void goneServerIsAGapAndComesBack();
  void realServiceIsWatchedThroughTheDialog();

 private:
  /// The first answer that a watch receives.
  std::shared_ptr<const MetricsAnswer> answer(const MetricsPlan& plan);
  void connectTo(MainWindow& window, std::uint16_t port);
  QTemporaryDir home;
};

void TstMetricsWatch::initTestCase() { keepSettingsIn(home, "tst_metrics_watch"); }

std::shared_ptr<const MetricsAnswer> TstMetricsWatch::answer(const MetricsPlan& plan) {
  MetricsWatch watch(plan);
  std::shared_ptr<const MetricsAnswer> found;
  connect(&watch, &MetricsWatch::answered, this, [&](const auto& one) {
    if (!found) found = one;
  });
  until([&] { return found != nullptr; });
  return found ? found : std::make_shared<MetricsAnswer>();
}

void TstMetricsWatch::faultsAreDescribedInWords_data() {
  QTest::addColumn<HttpFixture::Manner>("manner");
  QTest::addColumn<QString>("why");
  const auto answering = [](const char* status, const char* type, const QByteArray& body) {
    return HttpFixture::answering(status, type, [body] { return body; });
  };
  QTest::newRow("a page") << answering("200 OK", "text/plain", pageOf(1)) << "";
  QTest::newRow("not found") << answering("404 Not Found", "text/plain", "no") << "the server answers 404 Not Found";
  QTest::newRow("broken") << answering("503 Service Unavailable", "text/html", "<p>")
                          << "the server answers 503 Service Unavailable";
  QTest::newRow("locked") << answering("401 Unauthorized", "text/plain", "")
                          << "401: it asks for a token or a password";
  QTest::newRow("a web page") << answering("200 OK", "text/html; charset=utf-8", "<html>")
                              << "a web page, not metrics (text/html; charset=utf-8)";
  QTest::newRow("JSON") << answering("200 OK", "application/json", "{}") << "JSON, not metrics";
  QTest::newRow("cut by its end") << answering("200 OK", "text/plain", pageOf(12).chopped(2)) << "the page was cut off";
  QTest::newRow("cut by its length") << HttpFixture::Manner([](QTcpSocket& socket, const QByteArray&) {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n" + pageOf(1));
    socket.disconnectFromHost();
  }) << "the server closed the connection";
  QTest::newRow("closed at once") << HttpFixture::Manner([](QTcpSocket& socket, const QByteArray&) { socket.abort(); })
                                  << "the server closed the connection";
}

void TstMetricsWatch::faultsAreDescribedInWords() {
  QFETCH(HttpFixture::Manner, manner);
  QFETCH(QString, why);
  HttpFixture server;
  server.manner = manner;
  const auto found = answer({.url = server.url()});
  QCOMPARE(found->why, why);
  QCOMPARE(found->scrape.isEmpty(), !why.isEmpty());
  server.close();
  QCOMPARE(answer({.url = server.url()})->why, QString("nobody listens there (connection refused)"));
}

void TstMetricsWatch::endlessAnswersEnd_data() {
  QTest::addColumn<QByteArray>("piece");
  QTest::addColumn<int>("everyMs");
  QTest::addColumn<QString>("why");
  QTest::newRow("drop by drop") << QByteArray("a 1\n") << 20 << "no complete answer within 1s";
  QTest::newRow("silent") << QByteArray() << 1000 << "no complete answer within 1s";
  QTest::newRow("a flood") << QByteArray(1 << 20, '#') << 0 << "the answer is over 16 MiB";
}

void TstMetricsWatch::endlessAnswersEnd() {
  QFETCH(QByteArray, piece);
  QFETCH(int, everyMs);
  QFETCH(QString, why);
  HttpFixture server;
  server.manner = [&](QTcpSocket& socket, const QByteArray&) {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
    auto* const timer = new QTimer(&socket);
    connect(timer, &QTimer::timeout, &socket, [&socket, piece] {
      if (socket.bytesToWrite() < piece.size()) socket.write(piece);
    });
    timer->start(everyMs);
  };
  // The flood must not reach the deadline on a busy machine.
  const auto found = answer({.url = server.url(), .every = everyMs == 0 ? Duration(10s) : Duration(1s)});
  QCOMPARE(found->why, why);
}

void TstMetricsWatch::redirectsStayAtTheirOrigin() {
  HttpFixture other, server;
  other.manner = HttpFixture::page([] { return pageOf(1); });
  QByteArray to = server.url("/here").toEncoded();
  server.manner = [&](QTcpSocket& socket, const QByteArray& head) {
    if (head.startsWith("GET /here "))
      HttpFixture::page([] { return pageOf(1); })(socket, head);
    else
      HttpFixture::answering(
          "302 Found", "text/plain", [] { return QByteArray(); }, "Location: " + to + "\r\n")(socket, head);
  };
  QCOMPARE(answer({.url = server.url()})->why, QString());
  to = other.url().toEncoded();
  const auto found = answer({.url = server.url(), .authorization = "Bearer hush"});
  QCOMPARE(found->why, QString("it redirects, which is not followed: enter the other address"));
  QVERIFY(other.requests.isEmpty());
}

void TstMetricsWatch::openMetricsIsUnderstood() {
  HttpFixture server;
  server.manner = HttpFixture::answering("200 OK", "application/openmetrics-text; version=1.0.0; charset=utf-8", [] {
    return QByteArray("coderd_agentapi_metadata_flushed_total 5 # {a=\"b\"} 1\n# EOF\n");
  });
  const auto found = answer({.url = server.url()});
  QCOMPARE(found->why, QString());
  QCOMPARE(found->page.badLines, 0u);
  QCOMPARE(found->scrape.counter("metadata_flushed_total").value_or(-1), 5.0);
}

void TstMetricsWatch::secretsAreSentAndNeverShown_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<QString>("userInfo");
  QTest::addColumn<QByteArray>("header");
  QTest::newRow("none") << 0 << "" << QByteArray();
  QTest::newRow("bearer") << 1 << "" << QByteArray("Authorization: Bearer hush-hush");
  QTest::newRow("basic") << 2 << ""
                         << "Authorization: Basic " + QByteArray("me:hush-hush").toBase64();
  QTest::newRow("in the address") << 0 << "me:hush-hush@"
                                  << "Authorization: Basic " + QByteArray("me:hush-hush").toBase64();
}

void TstMetricsWatch::secretsAreSentAndNeverShown() {
  QFETCH(int, kind);
  QFETCH(QString, userInfo);
  QFETCH(QByteArray, header);
  HttpFixture server;
  server.manner = HttpFixture::answering("403 Forbidden", "text/plain", [] { return QByteArray(); });
  MetricsFields fields;
  fields.show();
  QTest::keyClicks(
      fields.findChild<QLineEdit*>("metrics-url"),
      "http://" + userInfo + QStringLiteral("127.0.0.1:%1/metrics?key=hush-hush").arg(server.serverPort()));
  fields.findChild<QComboBox*>("metrics-kind")->setCurrentIndex(kind);
  if (kind == 2) QTest::keyClicks(fields.findChild<QLineEdit*>("metrics-user"), "me");
  if (kind != 0) QTest::keyClicks(fields.findChild<QLineEdit*>("metrics-secret"), "hush-hush");
  const auto plan = fields.read();
  QVERIFY(std::holds_alternative<std::optional<MetricsPlan>>(plan));
  MainWindow window;
  window.show();
  window.startMetrics(*std::get<0>(plan));
  QVERIFY(until([&] { return part<Dashboard>(window).words().contains("403"); }));
  QVERIFY(server.requests[0].startsWith("GET /metrics?key=hush-hush HTTP/1.1\r\n"));
  const QString sent = QString::fromUtf8(server.requests[0]);  // from Qt 6.8 on with the names of headers in lower case
  QVERIFY(header.isEmpty() ? !sent.contains("Authorization", Qt::CaseInsensitive)
                           : sent.contains(QString::fromUtf8(header), Qt::CaseInsensitive));
  QString seen = part<Dashboard>(window).words();
  for (const QLabel* const label : window.findChildren<QLabel*>()) seen += label->text() + label->toolTip();
  QVERIFY2(!seen.contains("hush"), qPrintable(seen));
  QVERIFY(seen.contains(QString::fromUtf8("127.0.0.1:%1/metrics?…").arg(server.serverPort())));
  QVERIFY(closes(window));
}

void TstMetricsWatch::profilesKeepNoSecret() {
  ConnectDialog dialog;
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "host=/run/postgresql");
  QTest::keyClicks(dialog.findChild<QLineEdit*>("metrics-url"), "http://me:hush@localhost:1/metrics?key=hush");
  dialog.findChild<QComboBox*>("metrics-kind")->setCurrentIndex(1);
  QTest::keyClicks(dialog.findChild<QLineEdit*>("metrics-secret"), "hush");
  for (QPushButton* const button : dialog.findChildren<QPushButton*>())
    if (button->text().contains("profile")) QTest::mouseClick(button, Qt::LeftButton);
  QSettings settings;
  settings.sync();
  QFile file(settings.fileName());
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray kept = file.readAll();
  QVERIFY2(kept.contains("localhost:1/metrics") && !kept.contains("hush"), kept.constData());
}

void TstMetricsWatch::closesAmidARequest() {
  HttpFixture server;
  server.manner = [](QTcpSocket&, const QByteArray&) {};  // never answers
  MainWindow window;
  window.show();
  window.startMetrics({.url = server.url(), .every = 300s});
  QVERIFY(until([&] { return !server.requests.isEmpty(); }));
  QElapsedTimer timer;
  timer.start();
  QVERIFY(closes(window));
  QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
}

void TstMetricsWatch::dashboardShowsWhatIsScraped() {
  HttpFixture server;
  int flushes = 0;
  server.manner = HttpFixture::page([&] { return pageOf(flushes += 3); });
  MainWindow window;
  window.show();
  window.startMetrics({.url = server.url(), .every = 1s});
  QCOMPARE(window.pages().names(), (QStringList{"Dashboard", "Inspector"}));
  const auto value = [&](const char* name) {
    const auto position = window.data().series.find(name);
    return position.timeline->latest(position.series);
  };
  QVERIFY(until([&] { return value("writes") > 0; }));
  QVERIFY(until([&] { return part<Dashboard>(window).headline().endsWith("98.0 % saved"); }));
  QVERIFY2(part<Dashboard>(window).words().contains("Flushing on capacity"),
           qPrintable(part<Dashboard>(window).words()));
  QVERIFY(part<Dashboard>(window).words().contains("Not in the metrics"));
  ChartCard* delay = nullptr;
  for (ChartCard* const card : part<Dashboard>(window).cards())
    if (card->objectName() == "delay") delay = card;
  QVERIFY(delay->legendText().contains("not in the metrics"));
  flushes = 0;  // the process restarted
  QVERIFY(until([&] { return !window.data().series.marks().empty(); }));
  QCOMPARE(window.data().series.marks()[0].text, QString("counters restarted"));
  pressCtrlW(window);
  QVERIFY(until([&] { return window.findChild<QPushButton*>("demo")->isVisible(); }));
}

void TstMetricsWatch::goneServerIsAGapAndComesBack() {
  auto server = std::make_unique<HttpFixture>();
  int flushes = 0;
  const auto page = HttpFixture::page([&] { return pageOf(flushes += 3); });
  server->manner = page;
  MainWindow window;
  window.show();
  const quint16 port = server->serverPort();
  window.startMetrics({.url = server->url(), .every = 1s});
  const auto value = [&] {
    const auto position = window.data().series.find("writes");
    return position.timeline->latest(position.series);
  };
  QVERIFY(until([&] { return value() > 0; }));
  server.reset();
  QVERIFY(until([&] { return part<Dashboard>(window).words().contains("nobody listens there"); }));
  QVERIFY(std::isnan(value()));
  server = std::make_unique<HttpFixture>();
  server->close();
  QVERIFY(server->listen(QHostAddress::LocalHost, port));
  server->manner = page;
  QVERIFY(until([&] { return value() > 0; }));
  QVERIFY(!part<Dashboard>(window).words().contains("cannot be read"));
  QVERIFY(closes(window));
}

/// Opens it with the dialog, with only the address of the metrics.
void TstMetricsWatch::connectTo(MainWindow& window, std::uint16_t port) {
  QTest::mouseClick(window.findChild<QPushButton*>("connect"), Qt::LeftButton);
  auto* const dialog = window.findChild<ConnectDialog*>();
  dialog->findChild<QRadioButton*>("metrics-only")->click();
  auto* const open = dialog->findChild<QPushButton*>("open");
  QVERIFY(!open->isEnabled());
  QTest::keyClicks(dialog->findChild<QLineEdit*>("metrics-url"),
                   QStringLiteral("http://localhost:%1/metrics").arg(port));
  dialog->findChild<QSpinBox*>("metrics-every")->setValue(1);
  QTest::mouseClick(open, Qt::LeftButton);
}

void TstMetricsWatch::realServiceIsWatchedThroughTheDialog() {
  Program agents, service;
  const QString db = "sqlite:" + home.filePath("serve.db");
  const auto added = agents.run({"agents", "add", "--key", "cpu", "--json", "--db", db});
  const std::string token = QJsonDocument::fromJson(added.out).object()["token"].toString().toStdString();
  service.start({"serve", "--db", db, "--listen", "127.0.0.1:0", "--interval", "200ms"});
  QVERIFY(service.hasSaid("event=serving") && service.hasSaid("\n"));
  const auto said = QRegularExpression("port=([0-9]+)").match(QString::fromUtf8(service.seen_err));
  const auto port = static_cast<std::uint16_t>(said.captured(1).toUInt());
  MainWindow window;
  window.show();
  connectTo(window, port);
  const auto value = [&](const char* name) {
    const auto position = window.data().series.find(name);
    return position.timeline->latest(position.series);
  };
  QVERIFY(until([&] { return !std::isnan(value("writes")); }));  // two scrapes, no flush: zero, as measured
  QVERIFY(until([&] {
    Client client(port);
    client.send(request("POST", "/api/v2/workspaceagents/me/metadata/cpu", token, "{\"value\":\"1\"}"));
    (void)answer_from(client);
    return value("writes") > 0 && value("notifies") > 0 && value("entries") > 0 && value("unbatched") > 0;
  }));
  for (const char* name : {"held", "buffer.limit", "coalesced", "dropped", "updates", "size.p50", "duration.p99"})
    QVERIFY2(!std::isnan(value(name)), name);
  QVERIFY(window.data().series.whyMissing("held").isEmpty());
  window.pages().refresh();
  QVERIFY2(part<Dashboard>(window).words().contains("Nothing is dropped, nothing fails."),
           qPrintable(part<Dashboard>(window).words()));
  QVERIFY(closes(window));
  service.signal(SIGTERM);
  (void)service.end();
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstMetricsWatch suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_metrics_watch.moc"
