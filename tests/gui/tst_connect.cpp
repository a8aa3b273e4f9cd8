// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "gui/connect_dialog.hpp"

using namespace metabatch;
using namespace metabatch::gui;

namespace {

sql::PgAddress address(const char* text) { return std::get<sql::PgAddress>(sql::PgAddress::parse(text)); }

}  // namespace

/// The dialog that decides whether a database is written to.
class TstConnect : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void localIsWhatIsSurelyLocal_data();
  void localIsWhatIsSurelyLocal();
  void profilesHoldNoSecret();
  void watchingIsProposedAndAsksNothing();
  void drivingAnotherMachineAsksFirst();
  void drivingThisMachineAsksNothing();
  void nonsenseCannotBeOpened();

 private:
  QTemporaryDir home;
};

void TstConnect::initTestCase() {
  QCoreApplication::setOrganizationName("metabatch");
  QCoreApplication::setApplicationName("tst_connect");
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSERVICE"}) qunsetenv(name);
}

void TstConnect::localIsWhatIsSurelyLocal_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<bool>("local");
  QTest::newRow("nothing said: the socket") << "dbname=x" << true;
  QTest::newRow("localhost") << "postgres://u@localhost/x" << true;
  QTest::newRow("socket folder") << "host=/run/postgresql" << true;
  QTest::newRow("loopback") << "host=127.0.0.1" << true;
  QTest::newRow("loopback 6") << "host=::1" << true;
  QTest::newRow("another machine") << "postgres://u@db.example.org/x" << false;
  QTest::newRow("name like a loopback number") << "host=127.example.org" << false;
  QTest::newRow("one of several") << "host=localhost,db.example.org" << false;
  QTest::newRow("number decides") << "host=localhost hostaddr=10.0.0.1" << false;
  QTest::newRow("a service may be anywhere") << "service=coder" << false;
}

void TstConnect::localIsWhatIsSurelyLocal() {
  QFETCH(QString, text);
  QTEST(isLocal(address(qPrintable(text))), "local");
}

void TstConnect::profilesHoldNoSecret() {
  const QString kept = withoutSecrets(address("host=db password='hush now' user='o\\'brien' sslpassword=hush"));
  QVERIFY2(!kept.contains("hush"), qPrintable(kept));
  QCOMPARE(QString::fromStdString(address(qPrintable(kept)).value("user")), QString("o'brien"));
}

void TstConnect::watchingIsProposedAndAsksNothing() {
  ConnectDialog dialog;
  QSignalSpy accepted(&dialog, &QDialog::accepted);
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "postgres://u@db.example.org/x");
  QTest::mouseClick(dialog.findChild<QPushButton*>("open"), Qt::LeftButton);
  QCOMPARE(accepted.count(), 1);
  QVERIFY(!dialog.wish().isDriving);
}

void TstConnect::drivingAnotherMachineAsksFirst() {
  ConnectDialog dialog;
  QSignalSpy wanted(&dialog, &ConnectDialog::wanted);
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "postgres://u:hush@db.example.org/x");
  dialog.findChild<QRadioButton*>("drive")->click();
  QTest::mouseClick(dialog.findChild<QPushButton*>("open"), Qt::LeftButton);
  auto* const question = dialog.findChild<QMessageBox*>("confirm");
  QVERIFY(question != nullptr);
  QCOMPARE(wanted.count(), 0);
  QVERIFY2(question->text().contains("db.example.org") && !question->text().contains("hush"),
           qPrintable(question->text()));
  QTest::mouseClick(question->findChild<QPushButton*>("confirm-yes"), Qt::LeftButton);
  QCOMPARE(wanted.count(), 1);
}

void TstConnect::drivingThisMachineAsksNothing() {
  ConnectDialog dialog;
  QSignalSpy wanted(&dialog, &ConnectDialog::wanted);
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "host=/run/postgresql");
  dialog.findChild<QRadioButton*>("drive")->click();
  QTest::mouseClick(dialog.findChild<QPushButton*>("open"), Qt::LeftButton);
  QCOMPARE(wanted.count(), 1);
  QVERIFY(dialog.wish().isDriving);
}

void TstConnect::nonsenseCannotBeOpened() {
  ConnectDialog dialog;
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "nonsense=1");
  QVERIFY(!dialog.findChild<QPushButton*>("open")->isEnabled());
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  TstConnect suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_connect.moc"
