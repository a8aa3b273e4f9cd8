// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QtTest>

#include "models/charts/time_window.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {
const Instant t0{Duration(48h)};
}

class TstTimeWindow : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void liveFollowsNow();
  void pausedStandsStillWhileTimePasses();
  void zoomKeepsTheInstantUnderThePointer();
  void zoomOfALiveWindowStaysLive();
  void spanIsBounded_data();
  void spanIsBounded();
  void pannedBackToNowIsLiveAgain();
  void selectShowsWhatWasChosen();
  void unchangedValuesNotifyNobody();
  void cursorIsReportedOnce();
  void selectionIsTheSameInEitherDirection();
  void selectionByKeysGoesFromWhereTheCursorWas();
  void selectionIsShownAloneAndCleared();
  void ticks_data();
  void ticks();

 private:
  std::unique_ptr<TimeWindow> window;
};

void TstTimeWindow::init() {
  window = std::make_unique<TimeWindow>();
  window->setNow(t0);
}

void TstTimeWindow::liveFollowsNow() {
  window->setNow(t0 + 5s);
  QVERIFY(window->isLive());
  QVERIFY(window->to() == t0 + 5s);
  QVERIFY(window->from() == t0 - 55s);
  window->setNow(t0);  // time does not go back
  QVERIFY(window->to() == t0 + 5s);
}

void TstTimeWindow::pausedStandsStillWhileTimePasses() {
  window->pause();
  window->setNow(t0 + 5s);
  QVERIFY(!window->isLive());
  QVERIFY(window->to() == t0);
  window->goLive();
  QVERIFY(window->isLive());
  QVERIFY(window->to() == t0 + 5s);
}

void TstTimeWindow::zoomKeepsTheInstantUnderThePointer() {
  window->setSpan(100s);
  window->pan(-1);
  const Instant held = window->from() + 25s;
  window->zoom(0.5, 0.25);
  QVERIFY(window->span() == 50s);
  QVERIFY(window->from() + 12500ms == held);
}

void TstTimeWindow::zoomOfALiveWindowStaysLive() {
  window->zoom(0.5, 0.1);
  QVERIFY(window->isLive());
  QVERIFY(window->span() == 30s);
}

void TstTimeWindow::spanIsBounded_data() {
  QTest::addColumn<qlonglong>("asked");
  QTest::addColumn<qlonglong>("got");
  const auto row = [](const char* name, Duration asked, Duration got) {
    QTest::newRow(name) << qlonglong(asked.count()) << qlonglong(got.count());
  };
  row("shortest", 15s, 15s);
  row("shorter", 14s, 15s);
  row("negative", -14s, 15s);
  row("longest", 24h, 24h);
  row("longer", 25h, 24h);
}

void TstTimeWindow::spanIsBounded() {
  QFETCH(qlonglong, asked);
  QFETCH(qlonglong, got);
  window->setSpan(Duration(asked));
  QCOMPARE(qlonglong(window->span().count()), got);
}

void TstTimeWindow::pannedBackToNowIsLiveAgain() {
  window->pan(-0.5);
  QVERIFY(!window->isLive());
  QVERIFY(window->to() == t0 - 30s);
  window->pan(0.5);
  QVERIFY(window->isLive());
}

void TstTimeWindow::selectShowsWhatWasChosen() {
  window->select(t0 - 2h, t0 - 1h);
  QVERIFY(window->from() == t0 - 2h && window->to() == t0 - 1h);
  window->select(t0 - 1h, t0 - 1h + 1s);  // too short: about the same instant
  QVERIFY(window->span() == 15s);
  QVERIFY(window->from() < t0 - 1h && window->to() > t0 - 1h + 1s);
}

void TstTimeWindow::unchangedValuesNotifyNobody() {
  QSignalSpy changed(window.get(), &TimeWindow::changed);
  window->setSpan(1min);
  window->goLive();
  QCOMPARE(changed.count(), 0);
  window->setSpan(2min);
  QCOMPARE(changed.count(), 1);
}

void TstTimeWindow::cursorIsReportedOnce() {
  QSignalSpy moved(window.get(), &TimeWindow::cursorMoved);
  window->setCursor(t0);
  window->setCursor(t0);
  QCOMPARE(moved.count(), 1);
  window->setCursor(std::nullopt);
  QCOMPARE(moved.count(), 2);
}

void TstTimeWindow::selectionIsTheSameInEitherDirection() {
  QSignalSpy changed(window.get(), &TimeWindow::selectionChanged);
  window->setSelection(t0 - 20s, t0 - 10s);
  window->setSelection(t0 - 10s, t0 - 20s);
  QCOMPARE(changed.count(), 1);
  QVERIFY(window->selection()->from == t0 - 20s && window->selection()->to == t0 - 10s);
  QVERIFY(window->selection()->contains(t0 - 10s) && !window->selection()->contains(t0 - 9s));
  window->setSelection(t0, t0 + kShortestSelection - 1ns);
  QVERIFY(!window->selection());
}

void TstTimeWindow::selectionByKeysGoesFromWhereTheCursorWas() {
  window->pause();
  window->moveCursor(-0.5, false);
  QVERIFY(*window->cursor() == t0 - 30s);
  QVERIFY(!window->selection());
  window->moveCursor(0.1, true);
  window->moveCursor(0.1, true);
  QVERIFY(window->selection()->from == t0 - 30s && window->selection()->to == t0 - 18s);
  window->moveCursor(-0.3, true);
  QVERIFY(window->selection()->from == t0 - 36s && window->selection()->to == t0 - 30s);
  window->moveCursor(-2, false);
  QVERIFY(*window->cursor() == t0 - 60s);  // within the shown span
  QVERIFY(window->selection().has_value());
}

void TstTimeWindow::selectionIsShownAloneAndCleared() {
  window->setSelection(t0 - 50s, t0 - 30s);
  window->setCursor(t0 - 30s);
  window->zoomToSelection();
  QVERIFY(window->from() == t0 - 50s && window->to() == t0 - 30s);
  QVERIFY(!window->selection() && !window->cursor());  // the whole shown span
  window->zoomToSelection();
  QVERIFY(window->from() == t0 - 50s && window->to() == t0 - 30s);
  window->setSelection(t0 - 45s, t0 - 35s);
  window->setCursor(t0 - 40s);
  window->clearSelection();
  QVERIFY(!window->selection() && !window->cursor());
}

void TstTimeWindow::ticks_data() {
  QTest::addColumn<int>("span");
  QTest::addColumn<int>("step");
  QTest::addColumn<QString>("unit");
  QTest::newRow("15 s") << 15 << 5 << "s";
  QTest::newRow("1 min") << 60 << 15 << "s";
  QTest::newRow("5 min") << 300 << 60 << "min";
  QTest::newRow("1 h") << 3600 << 900 << "min";
  QTest::newRow("24 h") << 86400 << 21600 << "h";
}

void TstTimeWindow::ticks() {
  QFETCH(int, span);
  const TimeTicks found = timeTicks(std::chrono::seconds(span));
  QTEST(int(found.step / 1s), "step");
  QTEST(QString(found.name), "unit");
}

QTEST_GUILESS_MAIN(TstTimeWindow)
#include "tst_time_window.moc"
