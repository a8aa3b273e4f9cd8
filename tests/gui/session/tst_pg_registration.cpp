// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QFile>
#include <QMessageBox>

#include "gui/operator.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

/// A crash of the server has emptied the table that a window drives its fleet into. On this machine
/// the rows are created again at once. On another machine, for which any service may stand here,
/// they are created on request.
class TstPgRegistration : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void hereTheFleetIsRegisteredAgain();
  void onAnotherMachineTheOperatorIsAskedFirst();

 private:
  void driveAndCrash();
  void writesAgain();
  [[nodiscard]] Counters counters() const { return window->data().series.latest().counters; }
  [[nodiscard]] QString words() const { return part<Dashboard>(*window).words(); }
  QString rows() {
    return QString::fromStdString(
        test::PgSession(server.address()).run("SELECT count(*) FROM workspace_agent_metadata")[0][0]);
  }

  QTemporaryDir home;
  test::PgCluster server;
  std::unique_ptr<MainWindow> window;
  std::uint64_t before = 0;  // written before the crash
};

void TstPgRegistration::initTestCase() {
  keepSettingsIn(home, "tst_pg_registration");
  server.start();
  QVERIFY(std::holds_alternative<bool>(
      sql::create_table(std::get<sql::PgAddress>(sql::PgAddress::parse(server.address())))));
  QFile services(home.filePath("services"));
  QVERIFY(services.open(QIODevice::WriteOnly) && services.write("[any]\n") > 0);
  qputenv("PGSERVICEFILE", services.fileName().toUtf8());
}

void TstPgRegistration::init() { window = std::make_unique<MainWindow>(); }

void TstPgRegistration::cleanup() {
  QVERIFY(closes(*window));
  QVERIFY(counters().balanced());
  window.reset();
  qunsetenv("PGSERVICE");
}

void TstPgRegistration::driveAndCrash() {
  window->show();
  window->startSession({.database = sql::Database(std::get<sql::PgAddress>(sql::PgAddress::parse(server.address()))),
                        .fleet = {.agents = 10, .keys = 5, .every = 500ms},
                        .config = validated({.interval = 500ms}).value()});
  QVERIFY(until([&] { return !window->data().series.isEmpty() && counters().written > 0; }));
  server.restart(test::PgCluster::Stop::kill);
  before = counters().written;
}

void TstPgRegistration::writesAgain() {
  QVERIFY(until([&] { return counters().written > before + 50; }));
  QCOMPARE(rows(), QString("50"));
  QVERIFY2(words().contains("50 rows created."), qPrintable(words()));
  QCOMPARE(window->data().series.marks().back().text, QString("registered again: 50 rows"));
}

void TstPgRegistration::hereTheFleetIsRegisteredAgain() {
  driveAndCrash();
  writesAgain();
}

void TstPgRegistration::onAnotherMachineTheOperatorIsAskedFirst() {
  qputenv("PGSERVICE", "any");
  driveAndCrash();
  const std::uint64_t unmatched = counters().unmatched;
  QVERIFY(until([&] { return counters().unmatched > unmatched + 150; }));  // of several flushes
  QCOMPARE(rows(), QString("0"));
  QVERIFY2(words().contains("Session > Register the fleet again creates the rows."), qPrintable(words()));
  window->findChild<QAction*>("register")->trigger();
  auto* const question = window->findChild<QMessageBox*>("confirm");
  QVERIFY(question != nullptr);
  QVERIFY2(question->text().contains(QString::fromUtf8("10 × 5")), qPrintable(question->text()));
  QCOMPARE(rows(), QString("0"));
  QTest::mouseClick(question->findChild<QPushButton*>("confirm-yes"), Qt::LeftButton);
  writesAgain();
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPgRegistration suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pg_registration.moc"
