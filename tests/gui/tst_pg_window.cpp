// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "gui/http_fixture.hpp"
#include "gui/main_window.hpp"
#include "sql/pg_schema.hpp"
#include "support/pg/pg_cluster.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 40'000;

}  // namespace

/// One window that drives a PostgreSQL, one that watches it, and a server that goes away under both.
class TstPgWindow : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void drivenWatchedStoppedAndStartedAgain();
  void replayedIntoAndWatchedWithMetrics();

 private:
  template <class Done>
  bool until(Done done) {
    QDeadlineTimer deadline(kPatience);
    while (!done() && !deadline.hasExpired()) QTest::qWait(20);
    return done();
  }
  void close(MainWindow& window);
  [[nodiscard]] QString recording() const;
  QTemporaryDir home;
};

void TstPgWindow::initTestCase() {
  QCoreApplication::setOrganizationName("metabatch");
  QCoreApplication::setApplicationName("tst_pg_window");
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
}

void TstPgWindow::close(MainWindow& window) {
  window.close();
  QVERIFY(until([&] { return !window.isVisible(); }));
}

void TstPgWindow::drivenWatchedStoppedAndStartedAgain() {
  test::PgCluster server;
  server.start();
  const sql::PgAddress address = std::get<sql::PgAddress>(sql::PgAddress::parse(server.address()));
  QVERIFY(std::holds_alternative<bool>(sql::create_table(address)));
  MainWindow driver;
  driver.show();
  SessionPlan plan{.database = sql::Database(address), .fleet = {}, .config = {}, .isDemo = false};
  plan.fleet.agents = 100;
  plan.fleet.every = 500ms;
  driver.startSession(plan);
  MainWindow watcher;
  watcher.show();
  watcher.startWatch(address, QString::fromStdString(Config{}.channel));
  const auto counters = [&] { return driver.series().latest().counters; };
  QVERIFY(until([&] { return !driver.series().isEmpty() && counters().written > 0; }));
  QVERIFY(until([&] { return watcher.channel().heard() > 0; }));
  QCOMPARE(watcher.channel().malformed(), 0u);
  watcher.showPage("Agents");
  QVERIFY(until([&] { return watcher.agents().rows().rowCount() == 200; }));
  QVERIFY(
      until([&] { return !watcher.agents().rows().index(0, models::RowTable::Value).data().toString().isEmpty(); }));

  server.stop();
  QVERIFY(until([&] {
    return driver.series().latest().flushes.failures[static_cast<std::size_t>(FailureClass::connection)] > 0;
  }));
  driver.refresh();
  QVERIFY2(driver.dashboard().words().contains("Flushes fail"), qPrintable(driver.dashboard().words()));
  server.start();
  const std::uint64_t written = counters().written;
  const quint64 heard = watcher.channel().heard();
  QVERIFY(until([&] { return counters().written > written; }));
  QVERIFY(until([&] { return watcher.channel().heard() > heard; }));
  QVERIFY(counters().balanced());
  QCOMPARE(counters().dropped() + counters().discarded, 0u);
  close(driver);
  QCOMPARE(counters().held(), 0u);
  close(watcher);
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
  test::PgCluster server;
  server.start();
  const sql::PgAddress address = std::get<sql::PgAddress>(sql::PgAddress::parse(server.address()));
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
  QCOMPARE(watcher.pages(), (QStringList{"Dashboard", "Agents", "Channel", "Inspector"}));
  const auto value = [&](const char* name) {
    const auto place = watcher.series().find(name);
    return place.timeline->latest(place.series);
  };
  QVERIFY(until([&] { return value("writes") > 0 && value("notifies") == 0; }));  // heard: none

  const QString file = recording();
  MainWindow player;
  player.show();
  player.startReplay(
      {.plan = {.file = file, .speed = 0, .registersMissing = true}, .database = sql::Database(address)});
  QVERIFY(until([&] { return player.replayBar().text().startsWith("End of the input"); }));
  QVERIFY(until([&] { return player.series().latest().counters.held() == 0; }));
  QVERIFY(player.series().latest().counters.balanced());
  QCOMPARE(player.series().latest().counters.unmatched, 0u);
  QVERIFY(until([&] { return watcher.channel().heard() > 0 && value("notifies") > 0; }));
  close(player);
  close(watcher);
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPgWindow suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pg_window.moc"
