// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>
#include <QUrl>

#include "service/stage.hpp"
#include "support/net/free_port.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// Prometheus itself scrapes a service, and the test queries it for what it understood.
class TestRealPrometheus : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void itAnswersQuantiles_data();
  void itAnswersQuantiles();
  void promtoolFindsNothingWrong();
  void alertsFireOnARecordedHang();
};

namespace {

/// Ends with its object.
struct Server : QProcess {
  ~Server() override {
    kill();
    waitForFinished();
  }
};

/// The result of a query once it has one; "" when it never does.
QString answered(std::uint16_t port, const QString& query) {
  const std::string target = "/api/v1/query?query=" + QUrl::toPercentEncoding(query).toStdString();
  for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
    Client client(port);
    client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const Answered answer = answer_from(client);
    const auto result =
        QJsonDocument::fromJson(QByteArray::fromStdString(answer.body)).object()["data"].toObject()["result"].toArray();
    if (!result.isEmpty()) return result[0].toObject()["value"].toArray()[1].toString();
    QTest::qWait(50);
  }
  return {};
}

/// Prometheus begins to listen a moment after its start.
bool is_listening(std::uint16_t port) {
  for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;
       QTest::qWait(20)) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_there = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (is_there) return true;
  }
  return false;
}

}  // namespace

void TestRealPrometheus::initTestCase() {
  if (QStandardPaths::findExecutable("prometheus").isEmpty())
    QFAIL("the package prometheus is missing; ./dev test installs it");
}

void TestRealPrometheus::itAnswersQuantiles_data() {
  QTest::addColumn<QStringList>("features");
  QTest::addColumn<QString>("histogram");
  QTest::addColumn<double>("least");  // of the bucket that holds 2
  QTest::addColumn<double>("most");
  QTest::newRow("native, by protobuf") << QStringList{"--enable-feature=native-histograms"}
                                       << "coderd_agentapi_metadata_batch_size" << 1.834 << 2.0;
  QTest::newRow("classic, by OpenMetrics")
      << QStringList{} << "coderd_agentapi_metadata_batch_size_bucket" << 0.0 << 10.0;
}

void TestRealPrometheus::itAnswersQuantiles() {
  QFETCH(QStringList, features);
  QFETCH(QString, histogram);
  QFETCH(double, least);
  QFETCH(double, most);
  Stage stage;
  QCOMPARE(stage.post(stage.agents[0], R"({"metadata":[{"key":"cpu","value":"1"},{"key":"mem","value":"2"}]})").status,
           204);
  const std::uint16_t port = test::free_port();
  stage.write_file("prometheus.yml",
                   "global: {scrape_interval: 200ms}\nscrape_configs:\n  - job_name: m\n    static_configs: [{targets: "
                   "['127.0.0.1:" +
                       std::to_string(stage.port()) + "']}]\n");
  Server prometheus;
  prometheus.setStandardErrorFile(stage.folder.filePath("log"));
  prometheus.start("prometheus", QStringList{"--config.file=" + stage.folder.filePath("prometheus.yml"),
                                             "--storage.tsdb.path=" + stage.folder.filePath("data"),
                                             "--web.listen-address=127.0.0.1:" + QString::number(port)} +
                                     features);
  QVERIFY(prometheus.waitForStarted() && is_listening(port));
  QCOMPARE(answered(port, "coderd_agentapi_metadata_flushed_total == 2"), QString("2"));
  const double median = answered(port, "histogram_quantile(0.5, " + histogram + ") > 0").toDouble();
  QVERIFY2(median > least && median <= most, QByteArray::number(median).constData());
  QCOMPARE(answered(port, "up"), QString("1"));
}

void TestRealPrometheus::promtoolFindsNothingWrong() {
  Stage stage;
  QProcess promtool;
  promtool.start("promtool", {"check", "metrics"});
  promtool.write(QByteArray::fromStdString(stage.get("/metrics").body));
  promtool.closeWriteChannel();
  QVERIFY(promtool.waitForFinished());
  QVERIFY2(promtool.exitCode() == 0, (promtool.readAllStandardError() + promtool.readAllStandardOutput()).constData());
  promtool.start("promtool", {"check", "rules", METABATCH_SOURCE_DIR "/resources/prometheus/alerts.yml"});
  QVERIFY(promtool.waitForFinished() && promtool.exitCode() == 0);
  QFile dashboard(METABATCH_SOURCE_DIR "/resources/grafana/metabatch.json");
  QVERIFY(dashboard.open(QIODevice::ReadOnly));
  const QByteArray text = dashboard.readAll();
  QVERIFY(!QJsonDocument::fromJson(text).isNull());
  // Every metric that the dashboard and the rules query exists.
  QFile rules(METABATCH_SOURCE_DIR "/resources/prometheus/alerts.yml");
  QVERIFY(rules.open(QIODevice::ReadOnly));
  const QByteArray asked = text + rules.readAll();
  const std::string page = stage.get("/metrics").body;
  for (qsizetype at = asked.indexOf("coderd_agentapi_"); at >= 0; at = asked.indexOf("coderd_agentapi_", at + 1)) {
    qsizetype end = at;
    while (QChar(asked[end]).isLetterOrNumber() || asked[end] == '_') ++end;
    const QByteArray name = asked.mid(at, end - at);
    const QByteArray family = name.endsWith("_bucket") ? name.chopped(7) : name;
    QVERIFY2(page.find("# TYPE " + family.toStdString()) != std::string::npos, name.constData());
  }
  // Every alert links to an existing section.
  QFile runbook(METABATCH_SOURCE_DIR "/docs/runbook.md");
  QVERIFY(runbook.open(QIODevice::ReadOnly));
  const QByteArray sections = runbook.readAll().toLower().replace(' ', '-');
  for (qsizetype at = asked.indexOf("runbook.md#"); at >= 0; at = asked.indexOf("runbook.md#", at + 1)) {
    const QByteArray section = asked.mid(at + 11, asked.indexOf('\n', at) - at - 11).trimmed();
    QVERIFY2(sections.contains("\n##-" + section + "\n"), section.constData());
  }
}

void TestRealPrometheus::alertsFireOnARecordedHang() {
  QFile cases(METABATCH_SOURCE_DIR "/tests/service/metrics/alerts_test.yml");
  QVERIFY(cases.open(QIODevice::ReadOnly));
  const QTemporaryDir folder;
  QFile made(folder.filePath("test.yml"));
  QVERIFY(made.open(QIODevice::WriteOnly));
  made.write(cases.readAll().replace("[RULES]", "[" METABATCH_SOURCE_DIR "/resources/prometheus/alerts.yml]"));
  made.close();
  QProcess promtool;
  promtool.start("promtool", {"test", "rules", made.fileName()});
  QVERIFY(promtool.waitForFinished(60'000));
  QVERIFY2(promtool.exitCode() == 0, (promtool.readAllStandardError() + promtool.readAllStandardOutput()).constData());
}

QTEST_GUILESS_MAIN(TestRealPrometheus)
#include "tst_real_prometheus.moc"
