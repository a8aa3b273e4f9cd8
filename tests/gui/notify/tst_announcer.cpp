// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/notify/announcer.hpp"

#include <QComboBox>
#include <QDBusConnection>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include "gui/operator.hpp"

using namespace metabatch;
using namespace metabatch::gui;

namespace {

/// A session bus of its own. It begins before the application, which may look for one.
struct PrivateBus {
  QProcess daemon;
  QByteArray address;  // empty: there is no dbus-daemon

  PrivateBus() {
    daemon.start("dbus-daemon", {"--session", "--nofork", "--print-address"});
    if (!daemon.waitForStarted()) return;
    while (!address.contains('\n') && daemon.waitForReadyRead(kPatience)) address += daemon.readAllStandardOutput();
    address = address.trimmed();
    qputenv("DBUS_SESSION_BUS_ADDRESS", address);
  }
  ~PrivateBus() {
    daemon.terminate();
    daemon.waitForFinished(kPatience);
  }
};

/// Keeps what would be shown.
class KeptNotifications : public DesktopNotifier {
 public:
  explicit KeptNotifications(QStringList& shown) : m_shown(shown) {}
  void notify(const QString& title, const QString& text) override { m_shown += title + '\n' + text; }

 private:
  QStringList& m_shown;
};

/// The desktop's side of the D-Bus interface.
class NotificationService : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

 public:
  QString title, body;
  QVariantMap hints;

 public slots:
  // NOLINTNEXTLINE(readability-identifier-naming): the name is that of the interface
  Q_SCRIPTABLE uint Notify(const QString&, uint, const QString&, const QString& summary, const QString& text,
                           const QStringList&, const QVariantMap& given, int) {
    title = summary;
    body = text;
    hints = given;
    emit shown();
    return 1;
  }

 signals:
  void shown();
};

}  // namespace

/// Notifications when the state turns bad, in the window and on a real bus.
class TstAnnouncer : public QObject {
  Q_OBJECT

 public:
  explicit TstAnnouncer(const PrivateBus& own) : bus(own) {}

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void cleanupTestCase();
  void nothingIsShownUntilItIsSwitchedOn();
  void aStateThatTurnsBadIsShownOnce();
  void theDesktopShowsPlainText();

 private:
  bool hasTrouble() {
    emit window->findChild<QComboBox*>("fault")->activated(3);
    return until([&] { return window->data().healthText().severity == models::Severity::alarm; });
  }

  const PrivateBus& bus;
  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
  QStringList shown;
};

void TstAnnouncer::initTestCase() {
  keepSettingsIn(home, "tst_announcer");
  qInstallMessageHandler(recordComplaint);
}

void TstAnnouncer::init() {
  window = freshWindow();
  QVERIFY(window);
  shown.clear();
  part<Announcer>(*window).setNotifier(std::make_unique<KeptNotifications>(shown));
}

void TstAnnouncer::cleanup() {
  window->closeUnattended();
  QVERIFY(until([&] { return !window->isVisible(); }));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

void TstAnnouncer::cleanupTestCase() { qInstallMessageHandler(nullptr); }

void TstAnnouncer::nothingIsShownUntilItIsSwitchedOn() {
  auto* const action = window->findChild<QAction*>("notify");
  QVERIFY(action->isCheckable() && !action->isChecked());
  QVERIFY(demoRuns(*window));
  QVERIFY(hasTrouble());
  QCOMPARE(shown, QStringList());
  action->trigger();  // while the state is bad
  QVERIFY(until([&] { return !shown.isEmpty(); }));
  QVERIFY(QSettings().value("notify").toBool());
}

void TstAnnouncer::aStateThatTurnsBadIsShownOnce() {
  window->findChild<QAction*>("notify")->trigger();
  QVERIFY(demoRuns(*window));
  QVERIFY(hasTrouble());
  QVERIFY(until([&] { return !shown.isEmpty(); }));
  const QStringList first = shown;
  QVERIFY2(first.back().contains('\n') && !first.back().startsWith('\n'), qPrintable(first.back()));
  const quint64 flushes = window->data().flushes.failed();
  QVERIFY(until([&] { return window->data().flushes.failed() > flushes; }));
  QVERIFY(shown.size() <= 2);  // a warning and then an alarm, and each of them once
}

void TstAnnouncer::theDesktopShowsPlainText() {
  if (bus.address.isEmpty()) QSKIP("install dbus-daemon to test with a bus");
  QDBusConnection desktop = QDBusConnection::connectToBus(QString::fromLatin1(bus.address), "desktop");
  NotificationService service;
  QVERIFY(desktop.registerObject("/org/freedesktop/Notifications", &service, QDBusConnection::ExportScriptableSlots));
  QVERIFY(desktop.registerService("org.freedesktop.Notifications"));
  QSignalSpy seen(&service, &NotificationService::shown);
  desktopNotifier()->notify("Not writing", "value < 5 & <b>x</b>");
  QVERIFY(seen.count() > 0 || seen.wait(kPatience));
  QCOMPARE(service.title, QString("Not writing"));
  QCOMPARE(service.body, QString("value &lt; 5 &amp; &lt;b&gt;x&lt;/b&gt;"));
  QCOMPARE(service.hints.value("urgency").toInt(), 2);
  QDBusConnection::disconnectFromBus("desktop");
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const PrivateBus bus;
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstAnnouncer suite(bus);
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_announcer.moc"
