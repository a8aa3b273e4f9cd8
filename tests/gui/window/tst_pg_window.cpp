// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QFile>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "gui/dialogs/closing_dialog.hpp"
#include "gui/failures.hpp"
#include "gui/heartbeat.hpp"
#include "gui/http_fixture.hpp"
#include "gui/operator.hpp"
#include "gui/producers.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr auto kFinalFlush = 2s;
constexpr qint64 kClosingMs = 4'000;     // kFinalFlush, plus a reserve for a busy machine
constexpr qint64 kForgettingMs = 4'000;  // a window that reads from a silent server has closed by then
#if defined(__SANITIZE_ADDRESS__)
constexpr double kLongestBlockMs = 2'000;
#else
constexpr double kLongestBlockMs = 250;
#endif

sql::PgAddress parsed(const std::string& text) { return std::get<sql::PgAddress>(sql::PgAddress::parse(text)); }

/// The table in plain SQL against the producers' own model: the number of different rows.
std::size_t differences(const Producers& producers, const std::string& address) {
  test::PgSession session(address);
  std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> table;
  for (const auto& row : session.run("SELECT workspace_agent_id, key, value, (extract(epoch FROM collected_at) * "
                                     "1000000)::bigint FROM workspace_agent_metadata"))
    table[{row[0], row[1]}] = {row[2], row[3]};
  std::size_t different = 0;
  for (const Producers::Row& row : producers.rows())
    if (table[{row.agent, row.key}] != std::pair(row.value, std::to_string(row.collected_at))) ++different;
  return different;
}

}  // namespace

/// One window that drives a PostgreSQL database, one that watches it, and a server that fails.
class TstPgWindow : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void drivenWatchedStoppedAndStartedAgain();
  void replayedIntoAndWatchedWithMetrics();
  void killedServerLosesNothing();
  void tableThatACrashEmptiedIsReported();
  void silentServerHoldsNoWindow();
  void wrongPasswordIsReported();
  void revokedPrivilegeIsReportedAndNothingIsLost();
  void closingWaitsForTheFlushOnItsWay();
  void twoWindowsOnOneDatabase();
  void doctorNamesWhatIsMissingAndItsCureHelps();

 private:
  [[nodiscard]] QString recording() const;
  /// A window that drives the server, with producers beside a small fleet; waits for a write.
  void drive(MainWindow& window, const std::string& address, Producers& producers);
  static Counters counters(const MainWindow& window) { return window.data().series.latest().counters; }
  static std::uint64_t failures(const MainWindow& window, FailureClass failure) {
    return window.data().series.latest().flushes.failures[static_cast<std::size_t>(failure)];
  }
  /// The address of the database of this test alone.
  [[nodiscard]] std::string database(std::string_view user = "postgres") const {
    return server->address(user, databaseName);
  }

  QTemporaryDir home;
  std::unique_ptr<test::PgCluster> server;
  std::string databaseName;
  int tests = 0;
};

void TstPgWindow::initTestCase() {
  keepSettingsIn(home, "tst_pg_window");
  server = std::make_unique<test::PgCluster>();
}

void TstPgWindow::init() {
  if (!server->is_running()) server->start();
  databaseName = "test_" + std::to_string(++tests);
  test::PgSession(server->address()).run("CREATE DATABASE " + databaseName);
}

/// Resumes everything that a failed test left stopped.
void TstPgWindow::cleanup() {
  if (server->is_running()) signalFamily(server->pid(), SIGCONT);
}

void TstPgWindow::drivenWatchedStoppedAndStartedAgain() {
  const sql::PgAddress address = parsed(database());
  QVERIFY(std::holds_alternative<bool>(sql::create_table(address)));
  MainWindow driver;
  driver.show();
  SessionPlan plan{.database = sql::Database(address), .isDemo = false};
  plan.fleet.agents = 100;
  plan.fleet.every = 500ms;
  driver.startSession(plan);
  MainWindow watcher;
  watcher.show();
  watcher.startWatch(address, QString::fromStdString(Config{}.channel));
  QVERIFY(until([&] { return !driver.data().series.isEmpty() && counters(driver).written > 0; }));
  QVERIFY(until([&] { return watcher.data().channel.received() > 0; }));
  QCOMPARE(watcher.data().channel.malformed(), 0u);
  watcher.pages().showPage("Agents");
  QVERIFY(until([&] { return part<AgentsPage>(watcher).rows().rowCount() == 200; }));
  QVERIFY(until(
      [&] { return !part<AgentsPage>(watcher).rows().index(0, models::RowTable::Value).data().toString().isEmpty(); }));

  server->stop();
  QVERIFY(until([&] { return failures(driver, FailureClass::connection) > 0; }));
  driver.pages().refresh();
  QVERIFY2(part<Dashboard>(driver).words().contains("Flushes fail"), qPrintable(part<Dashboard>(driver).words()));
  server->start();
  const std::uint64_t written = counters(driver).written;
  const quint64 received = watcher.data().channel.received();
  QVERIFY(until([&] { return counters(driver).written > written; }));
  QVERIFY(until([&] { return watcher.data().channel.received() > received; }));
  QVERIFY(counters(driver).balanced());
  QCOMPARE(counters(driver).dropped() + counters(driver).discarded, 0u);
  QVERIFY(closes(driver));
  QCOMPARE(counters(driver).held(), 0u);
  QVERIFY(closes(watcher));
}

/// A hundred updates of ten agents.
QString TstPgWindow::recording() const {
  QFile file(home.filePath("updates.ndjson"));
  if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
  for (int i = 0; i < 100; ++i)
    file.write(
        QStringLiteral(
            R"({"agent":"00000000-0000-4000-8000-0000000000%1","key":"k","value":"v%2","collected_at":"2026-01-02T03:04:05.%2Z"})")
            .arg(i % 10, 2, 10, QChar('0'))
            .arg(i, 3, 10, QChar('0'))
            .toUtf8() +
        "\n");
  return file.fileName();
}

void TstPgWindow::replayedIntoAndWatchedWithMetrics() {
  const sql::PgAddress address = parsed(database());
  QVERIFY(std::holds_alternative<bool>(sql::create_table(address)));
  int flushes = 0;
  HttpFixture metrics;
  metrics.manner = HttpFixture::page([&] {
    flushes += 3;
    return "coderd_agentapi_metadata_batches_total{reason=\"capacity\"} " + QByteArray::number(flushes) + "\n";
  });
  MainWindow watcher;
  watcher.show();
  watcher.startWatch(address, QString::fromStdString(Config{}.channel));
  watcher.startMetrics({.url = metrics.url(), .every = 1s});
  QCOMPARE(watcher.pages().names(), (QStringList{"Dashboard", "Agents", "Channel", "Inspector"}));
  const auto value = [&](const char* name) {
    const auto position = watcher.data().series.find(name);
    return position.timeline->latest(position.series);
  };
  QVERIFY(until([&] { return value("writes") > 0 && value("notifies") == 0; }));  // no update was received

  const QString file = recording();
  MainWindow player;
  player.show();
  player.offerReplay(
      {.plan = {.file = file, .speed = 0, .registersMissing = true}, .database = sql::Database(address)});
  QVERIFY(until([&] { return part<ReplayBar>(player).text().startsWith("End of the input"); }));
  QVERIFY(until([&] { return counters(player).held() == 0; }));
  QVERIFY(counters(player).balanced());
  QCOMPARE(counters(player).unmatched, 0u);
  QVERIFY(until([&] { return watcher.data().channel.received() > 0 && value("notifies") > 0; }));
  QVERIFY(closes(player));
  QVERIFY(closes(watcher));
}

void TstPgWindow::drive(MainWindow& window, const std::string& address, Producers& producers) {
  const sql::Database database(parsed(address));
  QVERIFY(std::holds_alternative<bool>(sql::create_table(*database.postgres())));
  QVERIFY(database.register_agents(producers.agents(), producers.keys()).index() == 0);
  window.show();
  Config config;
  config.final_flush_timeout = kFinalFlush;
  window.startSession({.alsoFeed = [&producers](engine::Lanes* lanes) { producers.feed(lanes); },
                       .database = database,
                       .fleet = {.agents = 10, .keys = 5, .every = 1s},
                       .config = validated(config).value()});
  QVERIFY(until([&] { return !window.data().series.isEmpty() && counters(window).written > 0; }));
}

void TstPgWindow::killedServerLosesNothing() {
  Producers producers(2, 2ms);
  QVERIFY(std::holds_alternative<bool>(sql::create_table(parsed(database()))));
  test::PgSession(database()).run("ALTER TABLE workspace_agent_metadata SET LOGGED");
  MainWindow window;
  drive(window, database(), producers);
  Heartbeat heartbeat;
  for (int time = 0; time < 2; ++time) {
    const std::uint64_t before = failures(window, FailureClass::connection);
    server->stop(test::PgCluster::Stop::kill);
    heartbeat.forgive();
    QVERIFY(until([&] { return failures(window, FailureClass::connection) > before; }));
    server->start();
    heartbeat.forgive();
    const std::uint64_t written = counters(window).written;
    QVERIFY2(until([&] { return counters(window).written > written; }),
             qPrintable(models::outcomeText(window.data().flushes.line(0))));
  }
  const double block = heartbeat.longestMs();
  QVERIFY(closes(window));
  QVERIFY(counters(window).balanced());
  QCOMPARE(counters(window).held() + counters(window).discarded, 0u);
  QCOMPARE(differences(producers, database()), std::size_t(0));
  QVERIFY2(block < kLongestBlockMs, qPrintable(QString::number(block)));
}

/// The table is UNLOGGED: after a crash of the server it is empty.
void TstPgWindow::tableThatACrashEmptiedIsReported() {
  Producers producers(2, 2ms);
  MainWindow window;
  drive(window, database(), producers);
  server->restart(test::PgCluster::Stop::kill);
  QVERIFY(until([&] { return counters(window).unmatched > 0; }));
  window.pages().refresh();
  QVERIFY2(part<Dashboard>(window).words().contains("found no row"), qPrintable(part<Dashboard>(window).words()));
  QVERIFY(closes(window));
  QVERIFY(counters(window).balanced());
}

/// Every process of the server is stopped: connections stay open and nothing answers.
void TstPgWindow::silentServerHoldsNoWindow() {
  Producers producers(2, 2ms);
  auto driver = std::make_unique<MainWindow>();
  drive(*driver, database(), producers);
  auto watcher = std::make_unique<MainWindow>();
  watcher->show();
  watcher->startWatch(parsed(database()), QString::fromStdString(Config{}.channel));
  watcher->pages().showPage("Agents");
  QVERIFY(until([&] { return part<AgentsPage>(*watcher).rows().rowCount() == 200; }));
  signalFamily(server->pid(), SIGSTOP);
  Heartbeat heartbeat;
  QVERIFY(until([&] { return failures(*driver, FailureClass::connection) > 0; }));  // silence is no slow answer
  QSignalSpy closed(driver.get(), &MainWindow::sessionClosed);
  QElapsedTimer timer;
  timer.start();
  driver->close();
  watcher->close();
  ClosingDialog* dialog = nullptr;
  QVERIFY(until([&] { return (dialog = driver->findChild<ClosingDialog*>()) != nullptr && dialog->isVisible(); }));
  QTest::mouseClick(dialog->findChild<QPushButton*>("closing-leave"), Qt::LeftButton);
  QVERIFY(until([&] { return closed.count() > 0; }));
  QVERIFY2(timer.elapsed() < kClosingMs, qPrintable(QString::number(timer.elapsed())));
  const quint64 lost = closed[0][0].toULongLong();
  QVERIFY(lost > 0 && lost == counters(*driver).held() && counters(*driver).balanced());
  QVERIFY(until([&] { return !watcher->isVisible() && !driver->isVisible(); }));
  QVERIFY2(heartbeat.longestMs() < kLongestBlockMs, qPrintable(QString::number(heartbeat.longestMs())));
  timer.restart();
  driver.reset();
  watcher.reset();
  QVERIFY2(timer.elapsed() < kForgettingMs, qPrintable(QString::number(timer.elapsed())));
  signalFamily(server->pid(), SIGCONT);
}

void TstPgWindow::wrongPasswordIsReported() {
  test::PgSession(database()).run("CREATE ROLE locked LOGIN PASSWORD 'right'");
  server->authenticate("local all locked scram-sha-256\nlocal all all trust\n");
  server->reload();
  const sql::PgAddress wrong = parsed(database("locked") + " password='hush now'");
  MainWindow window;
  window.show();
  window.startSession({.database = sql::Database(wrong)});
  QVERIFY(until([&] { return window.drive().session() == nullptr; }));
  auto* const box = window.findChild<QMessageBox*>();
  QVERIFY(box != nullptr);
  QVERIFY2(box->text().contains("password") && !box->text().contains("hush"), qPrintable(box->text()));
  box->close();
  window.startWatch(wrong, "any");
  window.pages().showPage("Agents");
  const auto isSaid = [&] {
    int found = 0;
    for (const QLabel* const label : window.findChildren<QLabel*>()) {
      if (label->text().contains("hush")) return false;
      if (label->text().contains("password authentication failed")) ++found;
    }
    return found == 2;  // of the channel, and of the rows
  };
  QVERIFY(until(isSaid));
  QVERIFY(closes(window));
}

void TstPgWindow::revokedPrivilegeIsReportedAndNothingIsLost() {
  test::PgSession owner(database());
  QVERIFY(std::holds_alternative<bool>(sql::create_table(parsed(database()))));
  owner.run("CREATE ROLE app LOGIN");
  owner.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO app; GRANT CREATE ON SCHEMA public TO app");
  Producers producers(2, 2ms);
  MainWindow window;
  drive(window, database("app"), producers);
  owner.run("REVOKE UPDATE ON workspace_agent_metadata FROM app");
  QVERIFY(until([&] { return failures(window, FailureClass::permission) > 0; }));
  window.pages().refresh();
  QVERIFY2(part<Dashboard>(window).words().contains("permission denied"), qPrintable(part<Dashboard>(window).words()));
  owner.run("GRANT UPDATE ON workspace_agent_metadata TO app");
  QVERIFY(closes(window));  // it retries at once; otherwise it waits half a minute after such a failure
  QCOMPARE(counters(window).held() + counters(window).discarded, 0u);
  QCOMPARE(differences(producers, database()), std::size_t(0));
}

void TstPgWindow::closingWaitsForTheFlushOnItsWay() {
  Producers producers(2, 2ms);
  MainWindow window;
  drive(window, database(), producers);
  test::PgSession other(database());
  other.run("BEGIN");
  other.run("LOCK TABLE workspace_agent_metadata IN ACCESS EXCLUSIVE MODE");
  QVERIFY(until([&] { return counters(window).in_flight > 0 && counters(window).pending > 0; }));
  Heartbeat heartbeat;
  QSignalSpy closed(&window, &MainWindow::sessionClosed);
  window.close();
  QVERIFY(until([&] { return heartbeat.beats() > 30; }));
  QVERIFY(window.isVisible() && closed.isEmpty());  // it is still being written
  QVERIFY2(heartbeat.longestMs() < kLongestBlockMs, qPrintable(QString::number(heartbeat.longestMs())));
  other.run("COMMIT");
  QVERIFY(until([&] { return !window.isVisible(); }));
  QCOMPARE(closed[0][0].toULongLong(), 0u);
  QCOMPARE(differences(producers, database()), std::size_t(0));
}

void TstPgWindow::twoWindowsOnOneDatabase() {
  const sql::Database database(home.filePath("both.db").toStdString());
  const SessionPlan plan{.database = database, .fleet = {.agents = 200, .keys = 15, .every = 200ms}, .config = {}};
  MainWindow one, other;
  one.show();
  other.show();
  one.startSession(plan);
  other.startSession(plan);
  QVERIFY(until([&] { return !one.data().series.isEmpty() && !other.data().series.isEmpty(); }));
  QVERIFY(until([&] { return counters(one).written > 5'000 && counters(other).written > 5'000; }));
  QVERIFY(closes(one));
  QVERIFY(closes(other));
  for (const MainWindow* const each : {&one, &other}) {
    const Counters end = counters(*each);
    QVERIFY(end.balanced());
    QCOMPARE(end.held() + end.discarded + end.dropped() + end.unmatched, 0u);
  }
}

void TstPgWindow::doctorNamesWhatIsMissingAndItsCureHelps() {
  MainWindow window;
  window.show();
  window.startWatch(parsed(database()), "any");
  QSignalSpy examined(&part<DoctorPage>(window), &DoctorPage::examined);
  window.pages().showPage("Doctor");
  const models::DoctorFindings& findings = part<DoctorPage>(window).findings();
  const auto worst = [&](models::DoctorFindings::Column column) { return findings.index(0, column).data().toString(); };
  QVERIFY(until([&] { return examined.count() == 1; }));
  QCOMPARE(worst(models::DoctorFindings::Subject), QString("table"));
  QCOMPARE(worst(models::DoctorFindings::Text), QString("workspace_agent_metadata is missing"));
  QVERIFY2(worst(models::DoctorFindings::Cure).startsWith("metabatch init-db"), "it says what to do");
  QVERIFY2(part<DoctorPage>(window).summary().contains("1 problem that would lose data"),
           qPrintable(part<DoctorPage>(window).summary()));

  QVERIFY(std::holds_alternative<bool>(sql::create_table(parsed(database()))));
  test::PgSession owner(database());
  owner.run("ALTER TABLE workspace_agent_metadata DROP CONSTRAINT workspace_agent_metadata_pkey");
  QTest::keyClick(&window, Qt::Key_F5);
  QVERIFY(until([&] { return examined.count() == 2; }));
  QCOMPARE(worst(models::DoctorFindings::Text), QString("no unique index on (workspace_agent_id, key)"));
  owner.run(worst(models::DoctorFindings::Cure).toStdString());
  QTest::mouseClick(window.findChild<QPushButton*>("doctor-again"), Qt::LeftButton);
  QVERIFY(until([&] { return examined.count() == 3; }));
  QVERIFY2(!part<DoctorPage>(window).summary().contains("problem"), qPrintable(part<DoctorPage>(window).summary()));
  QVERIFY2(findings.asText().contains("unique by (workspace_agent_id, key)"), qPrintable(findings.asText()));
  QVERIFY(closes(window));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPgWindow suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pg_window.moc"
