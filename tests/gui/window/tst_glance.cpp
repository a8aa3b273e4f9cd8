// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "gui/operator.hpp"
#include "gui/panels/elided_label.hpp"

using namespace metabatch;
using namespace metabatch::gui;

/// What an operator reads at a glance, also in a narrow window: the headline and the tabs.
class TstGlance : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void failedFlushesAreCountedOnTheirTab();
  void headlineIsWholeInANarrowWindow();

 private:
  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstGlance::initTestCase() { keepSettingsIn(home, "tst_glance"); }

void TstGlance::init() {
  window = freshWindow();
  QVERIFY(window);
  QVERIFY(demoRuns(*window));
}

void TstGlance::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
}

void TstGlance::failedFlushesAreCountedOnTheirTab() {
  auto* const tabs = window->findChild<QTabWidget*>();
  const int flushes = tabs->indexOf(&part<FlushPage>(*window));
  QCOMPARE(tabs->tabText(flushes), QString("Flushes"));
  auto* const fault = window->findChild<QComboBox*>("fault");
  fault->setFocus();
  QTest::keyClick(fault, Qt::Key_End);  // connection lost
  QVERIFY(until([&] { return window->data().flushes.failed() >= 2; }));
  QCOMPARE(tabs->tabText(flushes), QStringLiteral("Flushes (%1)").arg(window->data().flushes.failed()));
  QTest::keyClick(fault, Qt::Key_Home);
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  window->findChild<QAction*>("close-source")->trigger();
  QVERIFY(closed.count() > 0 || closed.wait(kPatience));
  QVERIFY(demoRuns(*window));
  QCOMPARE(tabs->tabText(flushes), QString("Flushes"));  // the count is of one session
}

/// The longest headlines become smaller, and then use two lines, before they are cut.
void TstGlance::headlineIsWholeInANarrowWindow() {
  auto& headline = *window->findChild<ElidedLabel*>("headline");
  const int height = headline.sizeHint().height();
  const QString longest = "▲ A clock is wrong: 26,484 of 27,000 entries are older than their rows";
  for (const int width : {820, 1280}) {
    window->resize(width, 700);
    QVERIFY(until([&] {  // each sample shows its own headline again
      headline.setText(longest);
      return headline.shownText() == longest;
    }));
    QCOMPARE(headline.sizeHint().height(), height);  // nothing below it moves
  }
  headline.setText(longest.repeated(10));
  QVERIFY2(headline.shownText().endsWith(u'…') && headline.shownText().size() > 40, qPrintable(headline.shownText()));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstGlance suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_glance.moc"
