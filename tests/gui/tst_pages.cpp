// SPDX-License-Identifier: GPL-3.0-or-later
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QApplication>
#include <QClipboard>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "gui/main_window.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 20'000;  // of a busy machine, for what takes a moment

/// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : m_socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(m_socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(m_socket, 4) != 0 ||
        ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      qFatal("no socket to listen on");
    m_port = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(m_socket); }
  [[nodiscard]] int port() const { return m_port; }
  [[nodiscard]] bool waitForSomebody() const {
    pollfd waiting{m_socket, POLLIN, 0};
    return ::poll(&waiting, 1, kPatience) == 1;
  }

 private:
  const int m_socket;
  int m_port = 0;
};

}  // namespace

/// Pages, selections and exports of a running demo, by clicks and keys.
class TstPages : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void refusedValuesStandInQuarantineAndGoOut();
  void doctorLooksAtTheDatabaseInUse();
  void leavingDoesNotWaitForAServerThatSaysNothing();

 private:
  void startDemo();
  template <class Done>
  bool until(Done done) {
    QDeadlineTimer deadline(kPatience);
    while (!done() && !deadline.hasExpired()) QTest::qWait(20);
    return done();
  }
  template <class Widget>
  Widget* find(const char* name) const {
    return window->findChild<Widget*>(name);
  }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstPages::initTestCase() {
  QCoreApplication::setOrganizationName("metabatch");
  QCoreApplication::setApplicationName("tst_pages");
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
}

void TstPages::init() {
  QSettings().clear();
  window = std::make_unique<MainWindow>();
  window->resize(1280, 820);
  window->show();
  QVERIFY(QTest::qWaitForWindowExposed(window.get()));
}

void TstPages::cleanup() {
  if (window->session()) {
    QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
    window->close();
    QVERIFY(closed.count() > 0 || closed.wait(kPatience));
  }
  window.reset();
}

void TstPages::startDemo() {
  QTest::mouseClick(find<QPushButton>("demo"), Qt::LeftButton);
  QVERIFY(until([&] { return !window->series().isEmpty() && window->series().latest().counters.written > 0; }));
}

void TstPages::refusedValuesStandInQuarantineAndGoOut() {
  startDemo();
  window->showPage("Quarantine");
  QVERIFY2(window->quarantine().summary().contains("Nothing was refused"), qPrintable(window->quarantine().summary()));
  QVERIFY(!find<QPushButton>("quarantine-copy")->isEnabled());
  find<QPushButton>("refused")->click();
  auto* const table = window->quarantine().findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() == 3; }));
  QCOMPARE(window->series().latest().counters.quarantined, 3u);
  QVERIFY2(window->quarantine().summary().contains("refused 3 values"), qPrintable(window->quarantine().summary()));
  auto* const tabs = window->findChild<QTabWidget*>();
  QCOMPARE(tabs->tabText(tabs->currentIndex()), QString("Quarantine (3)"));
  QVERIFY(table->model()->index(0, models::Quarantine::Why).data().toString().startsWith("value too long: 70"));
  QTest::mouseClick(find<QPushButton>("quarantine-copy"), Qt::LeftButton);
  QCOMPARE(QGuiApplication::clipboard()->text().count('\n'), 3);
  table->selectRow(1);
  QTest::mouseClick(find<QPushButton>("quarantine-copy"), Qt::LeftButton);
  const QByteArray line = QGuiApplication::clipboard()->text().toUtf8();
  QCOMPARE(line.count('\n'), 1);
  const QJsonObject update = QJsonDocument::fromJson(line).object();
  QCOMPARE(update.keys(), (QStringList{"agent", "collected_at", "error", "key", "value"}));
  QVERIFY(update["value"].toString().size() >= 70'000);
}

void TstPages::doctorLooksAtTheDatabaseInUse() {
  startDemo();
  QSignalSpy examined(&window->doctor(), &DoctorPage::examined);
  window->showPage("Doctor");
  QVERIFY(examined.count() > 0 || examined.wait(kPatience));
  QCOMPARE(window->doctor().findings().rowCount(), 2);
  QVERIFY2(window->doctor().summary().endsWith("1 notice, 1 good."), qPrintable(window->doctor().summary()));
  QTest::keyClick(window.get(), Qt::Key_F5);
  QVERIFY(examined.wait(kPatience));
  QTest::mouseClick(find<QPushButton>("doctor-copy"), Qt::LeftButton);
  QVERIFY(QGuiApplication::clipboard()->text().startsWith("notice  embedded"));
}

void TstPages::leavingDoesNotWaitForAServerThatSaysNothing() {
  const SilentServer silent;
  const auto address = sql::PgAddress::parse("host=127.0.0.1 user=x dbname=x sslmode=disable gssencmode=disable port=" +
                                             std::to_string(silent.port()));
  auto page = std::make_unique<DoctorPage>();
  page->show();
  page->setDatabase(sql::Database(std::get<sql::PgAddress>(address)));
  QVERIFY(page->summary().startsWith("Examining"));
  QVERIFY(silent.waitForSomebody());
  QElapsedTimer timer;
  timer.start();
  page.reset();
  QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPages suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pages.moc"
