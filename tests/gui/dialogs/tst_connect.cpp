// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QRadioButton>
#include <QScopeGuard>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "gui/dialogs/connect_dialog.hpp"
#include "gui/dialogs/keychain.hpp"
#include "gui/operator.hpp"

using namespace metabatch;
using namespace metabatch::gui;

namespace {

/// Another process of the same test started this process.
bool isInside() { return qEnvironmentVariableIsSet("TST_CONNECT_INSIDE"); }

sql::PgAddress address(const char* text) { return std::get<sql::PgAddress>(sql::PgAddress::parse(text)); }

}  // namespace

/// The dialog that decides whether a database is written.
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
  void testReportsAndKeepsTheInput();
  void profilesAreRenamedAndDeleted();
  void nonsenseCannotBeOpened();
  void openedAddressesAreOfferedAgain();
  void settingsThatCannotBeWrittenAreNamed();
  void withoutAKeychainThePasswordGoesNowhere();
  void keychainKeepsFindsAndForgetsThePassword();
  void insideASessionWithAKeychain();

 private:
  bool saveWithPassword(ConnectDialog& dialog);
  QByteArray settings();
  QTemporaryDir home;
};

void TstConnect::initTestCase() {
  keepSettingsIn(home, "tst_connect");
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGSERVICE"}) qunsetenv(name);
  if (isInside()) return;
  qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + home.filePath("no-such-bus").toUtf8());
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
  QVERIFY(!dialog.request().isDriving);
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
  QVERIFY(dialog.request().isDriving);
}

void TstConnect::testReportsAndKeepsTheInput() {
  ConnectDialog dialog;
  dialog.show();
  QVERIFY(QTest::qWaitForWindowExposed(&dialog));
  auto* const address = dialog.findChild<QLineEdit*>("address");
  QVERIFY(address->hasFocus());
  QTest::keyClicks(address, "host=/nowhere/at/all dbname=x");
  const QSize before = dialog.size();
  QTest::mouseClick(dialog.findChild<QPushButton*>("test"), Qt::LeftButton);
  const auto isReported = [&] {
    for (const QLabel* const label : dialog.findChildren<QLabel*>())
      if (label->text().contains("/nowhere/at/all") && !label->text().startsWith("Connecting")) return true;
    return false;
  };
  QVERIFY(until(isReported));
  QCOMPARE(address->text(), QString("host=/nowhere/at/all dbname=x"));
  QCOMPARE(dialog.size(), before);
}

void TstConnect::profilesAreRenamedAndDeleted() {
  QSettings().remove("profiles");
  ConnectDialog dialog;
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "host=/run/postgresql dbname=named");
  QTest::mouseClick(dialog.findChild<QPushButton*>("save"), Qt::LeftButton);
  auto* const profiles = dialog.findChild<QComboBox*>("profiles");
  QCOMPARE(profiles->count(), 2);
  QTest::mouseClick(dialog.findChild<QPushButton*>("profile-rename"), Qt::LeftButton);
  auto* const name = dialog.findChild<QInputDialog*>("profile-name");
  QVERIFY(name != nullptr);
  emit name->textValueSelected("production");
  QCOMPARE(profiles->currentText(), QString("production"));
  QVERIFY(QSettings().value("profiles/production/address").toString().contains("named"));
  QTest::mouseClick(dialog.findChild<QPushButton*>("profile-delete"), Qt::LeftButton);
  QCOMPARE(profiles->count(), 1);
}

void TstConnect::nonsenseCannotBeOpened() {
  ConnectDialog dialog;
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "nonsense=1");
  QVERIFY(!dialog.findChild<QPushButton*>("open")->isEnabled());
}

void TstConnect::openedAddressesAreOfferedAgain() {
  QSettings().remove("recent");
  for (const char* const opened : {"postgres://u:hush@db.example.org/first", "host=/run/postgresql dbname=second",
                                   "host=/run/postgresql dbname=second"}) {
    ConnectDialog dialog;
    dialog.show();
    QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), opened);
    QTest::mouseClick(dialog.findChild<QPushButton*>("open"), Qt::LeftButton);
    QCOMPARE(dialog.result(), int(QDialog::Accepted));
  }
  ConnectDialog dialog;
  dialog.show();
  auto* const address = dialog.findChild<QLineEdit*>("address");
  QCompleter& recent = *address->completer();
  QTest::keyClicks(address, "DB");  // in any case, anywhere in the address
  QVERIFY(until([&] { return recent.popup()->isVisible(); }));
  QCOMPARE(recent.completionCount(), 2);
  QTest::keyClicks(address, ".exa");
  QCOMPARE(recent.completionCount(), 1);
  const QString offered = recent.currentCompletion();
  QVERIFY2(offered.contains("db.example.org") && offered.contains("first") && !offered.contains("hush"),
           qPrintable(offered));
  QTest::keyClick(recent.popup(), Qt::Key_Down);
  QTest::keyClick(recent.popup(), Qt::Key_Return);
  QCOMPARE(address->text(), offered);
  QVERIFY(dialog.findChild<QPushButton*>("open")->isEnabled());
}

/// A file stands where the folder should be: not even root can write there.
void TstConnect::settingsThatCannotBeWrittenAreNamed() {
  QFile taken(home.filePath("taken"));
  QVERIFY(taken.open(QIODevice::WriteOnly));
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, taken.fileName());
  const auto restored = qScopeGuard([&] { keepSettingsIn(home, "tst_connect"); });
  ConnectDialog dialog;
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "host=/run/postgresql dbname=unkept");
  QTest::mouseClick(dialog.findChild<QPushButton*>("save"), Qt::LeftButton);
  const auto* const said = dialog.findChild<QLabel*>("keychain");
  QVERIFY(said->isVisible());
  QCOMPARE(said->text(), "The profile cannot be saved: " + QSettings().fileName() + " cannot be written.");
  QVERIFY(said->text().contains(taken.fileName()));
  QCOMPARE(dialog.findChild<QLineEdit*>("address")->text(), QString("host=/run/postgresql dbname=unkept"));
}

/// Whether the dialog reported that the keychain has the password.
bool TstConnect::saveWithPassword(ConnectDialog& dialog) {
  dialog.show();
  QTest::keyClicks(dialog.findChild<QLineEdit*>("address"), "host=/run/postgresql dbname=kept");
  QTest::keyClicks(dialog.findChild<QLineEdit*>("password"), "hush hush");
  dialog.findChild<QCheckBox*>("keep")->click();
  QTest::mouseClick(dialog.findChild<QPushButton*>("save"), Qt::LeftButton);
  const auto* const said = dialog.findChild<QLabel*>("keychain");
  if (!QTest::qWaitFor([&] { return said->isVisible(); }, kPatience)) qFatal("the keychain says nothing");
  return said->text() == "The keychain has the password.";
}

QByteArray TstConnect::settings() {
  QSettings().sync();
  QFile file(QSettings().fileName());
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TstConnect::withoutAKeychainThePasswordGoesNowhere() {
  if (isInside()) return;
  ConnectDialog dialog;
  QVERIFY(!saveWithPassword(dialog));
  const QString said = dialog.findChild<QLabel*>("keychain")->text();
  QVERIFY2(said.startsWith("The password was not stored: ") && said.endsWith("The profile itself was saved."),
           qPrintable(said));
  QVERIFY(!dialog.findChild<QCheckBox*>("keep")->isChecked());
  QVERIFY(settings().contains("dbname"));
  QVERIFY2(!settings().contains("hush") && !settings().contains("keychain=true"), settings().constData());
}

/// Runs the next test in a session of its own, with an unlocked keychain.
void TstConnect::keychainKeepsFindsAndForgetsThePassword() {
  if (isInside()) return;
  for (const char* const program : {"dbus-run-session", "gnome-keyring-daemon"})
    if (QStandardPaths::findExecutable(program).isEmpty())
      QSKIP("install dbus-daemon, gnome-keyring and libsecret-1-0 to test with a keychain");
  QProcess session;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  for (const char* const name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"})
    environment.insert(name, home.path());
  environment.remove("DBUS_SESSION_BUS_ADDRESS");
  environment.insert("TST_CONNECT_INSIDE", "1");
  session.setProcessEnvironment(environment);
  session.start("dbus-run-session",
                {"--", "sh", "-c",
                 "printf unlock | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec \"$0\" "
                 "insideASessionWithAKeychain",
                 QCoreApplication::applicationFilePath()});
  QVERIFY(session.waitForFinished(4 * kPatience));
  QVERIFY2(session.exitCode() == 0, session.readAll() + session.readAllStandardError());
}

void TstConnect::insideASessionWithAKeychain() {
  if (!isInside()) return;
  {
    ConnectDialog dialog;
    QVERIFY2(saveWithPassword(dialog), qPrintable(dialog.findChild<QLabel*>("keychain")->text()));
    QVERIFY2(settings().contains("keychain=true") && !settings().contains("hush"), settings().constData());
  }
  ConnectDialog dialog;
  dialog.show();
  auto* const profiles = dialog.findChild<QComboBox*>("profiles");
  profiles->setFocus();
  QTest::keyClick(profiles, Qt::Key_Down);
  const auto* const password = dialog.findChild<QLineEdit*>("password");
  QVERIFY(QTest::qWaitFor([&] { return password->text() == "hush hush"; }, kPatience));
  dialog.findChild<QCheckBox*>("keep")->click();
  QTest::mouseClick(dialog.findChild<QPushButton*>("save"), Qt::LeftButton);
  QVERIFY(!settings().contains("keychain=true"));
  bool isForgotten = false, isAsked = false;
  QVERIFY(until([&] {  // the request may get lost: repeat it until it arrives
    if (!std::exchange(isAsked, true))
      Keychain::find(profiles->currentText(), &dialog, [&](const auto& found, const QString& why) {
        isForgotten = !found && why.isEmpty();
        isAsked = false;
      });
    return isForgotten;
  }));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  TstConnect suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_connect.moc"
