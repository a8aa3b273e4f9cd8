// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include "gui/dialogs/closing_dialog.hpp"
#include "gui/operator.hpp"
#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

/// What an operator does to a batcher that the window drives: nothing happens by accident, and
/// nothing is lost without a question.
class TstDriveSource : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void wheelChangesNoFieldWithoutFocus();
  void fleetIsChangedByItsButtonOnly();
  void rowsOfTheFleetAreRemoved();
  void adviceIsAppliedAndUndone();
  void everySettingHasAField();
  void leavingWhileNothingIsWrittenSavesWhatIsBuffered();
  void repeatedFaultMarksNothing();

 private:
  [[nodiscard]] Counters counters() const { return window->data().series.latest().counters; }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstDriveSource::initTestCase() {
  keepSettingsIn(home, "tst_drive_source");
  qInstallMessageHandler(recordComplaint);
}

void TstDriveSource::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstDriveSource::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

/// Three notches of the wheel over *agents* once inserted 450 rows into a real database.
void TstDriveSource::wheelChangesNoFieldWithoutFocus() {
  QVERIFY(demoRuns(*window));
  window->findChild<QPushButton*>("fleet-apply")->setFocus();
  for (const char* const name : {"agents", "keys", "batch_size", "queue_capacity"}) {
    auto* const field = window->findChild<QSpinBox*>(name);
    const int before = field->value();
    const QPointF middle(field->rect().center());
    for (int notch = 0; notch < 3; ++notch) {
      QWheelEvent turn(middle, field->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                       Qt::NoScrollPhase, false);
      QApplication::sendEvent(field, &turn);
    }
    QCOMPARE(field->value(), before);
  }
  for (auto* const field : part<TunePanel>(*window).findChildren<QComboBox*>()) {
    const int before = field->currentIndex();
    QWheelEvent turn({3, 3}, field->mapToGlobal(QPointF(3, 3)), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                     Qt::NoScrollPhase, false);
    QApplication::sendEvent(field, &turn);
    QCOMPARE(field->currentIndex(), before);
  }
}

void TstDriveSource::fleetIsChangedByItsButtonOnly() {
  QVERIFY(demoRuns(*window));
  QSignalSpy wanted(&part<TunePanel>(*window), &TunePanel::fleetWanted);
  auto* const agents = window->findChild<QSpinBox*>("agents");
  auto* const apply = window->findChild<QPushButton*>("fleet-apply");
  QVERIFY(!apply->isEnabled());
  agents->setFocus();
  QTest::keyClick(agents, Qt::Key_Up);
  QTest::keyClick(window.get(), Qt::Key_Tab);
  QCOMPARE(wanted.count(), 0);
  QVERIFY2(apply->text().contains("creates up to"), qPrintable(apply->text()));
  QTest::mouseClick(apply, Qt::LeftButton);
  QCOMPARE(wanted.count(), 1);
}

void TstDriveSource::rowsOfTheFleetAreRemoved() {
  QVERIFY(demoRuns(*window));
  window->pages().showPage("Agents");
  const models::RowTable& rows = part<AgentsPage>(*window).rows();
  QVERIFY(until([&] { return rows.rowCount() == 200; }));
  QTest::mouseClick(window->findChild<QPushButton*>("fleet-remove"), Qt::LeftButton);
  auto* const question = window->findChild<QMessageBox*>("confirm-removal");
  QVERIFY(question != nullptr);
  QCOMPARE(rows.rowCount(), 200);
  QTest::mouseClick(question->findChild<QPushButton*>("confirm-removal-yes"), Qt::LeftButton);
  QVERIFY(until([&] { return rows.rowCount() == 0; }));
  QCOMPARE(window->data().series.marks().back().text, QString("9,000 rows removed"));
}

void TstDriveSource::adviceIsAppliedAndUndone() {
  QVERIFY(demoRuns(*window));
  auto* const apply = [&] {
    QPushButton* found = nullptr;
    until([&] {
      found = window->findChild<QPushButton*>("health-apply-0");
      return found != nullptr && found->isVisible();
    });
    return found;
  }();
  QVERIFY(apply != nullptr && apply->isVisible());
  QTest::mouseClick(apply, Qt::LeftButton);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size > 500; }));
  auto* const size = window->findChild<QSpinBox*>("batch_size");
  size->setFocus();  // a field without a change of its own leaves Ctrl+Z to the window
  QTest::keyClick(size, Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 500; }));
}

void TstDriveSource::everySettingHasAField() {
  QVERIFY(demoRuns(*window));
  const auto running = [&] { return part<TunePanel>(*window).running(); };
  window->findChild<QComboBox*>("schedule")->setCurrentText("reset");
  QVERIFY(until([&] { return running().schedule == SchedulePolicy::reset; }));
  window->findChild<QSpinBox*>("batch_bytes")->setValue(4);
  QVERIFY(until([&] { return running().batch_bytes == 4 << 20; }));
  window->findChild<QSpinBox*>("agent_capacity")->setValue(50);
  QVERIFY(until([&] { return running().agent_capacity == 50; }));
  QCOMPARE(window->data().series.marks().back().text, QString::fromUtf8("agent capacity 1,024 → 50"));
  auto* const suppress = window->findChild<QLineEdit*>("suppress_unchanged");
  suppress->setText("60 s");
  QTest::keyClick(suppress, Qt::Key_Return);
  QVERIFY(until([&] { return running().suppress_unchanged == 1min; }));
  QVERIFY(running().schedule == SchedulePolicy::reset);  // the others stayed
  for (int setting = 0; setting <= static_cast<int>(Setting::channel); ++setting) {
    const QString name = models::text(name_of(static_cast<Setting>(setting)));
    QVERIFY2(part<TunePanel>(*window).findChild<QWidget*>(name) != nullptr, qPrintable(name));
  }
}

void TstDriveSource::leavingWhileNothingIsWrittenSavesWhatIsBuffered() {
  const QString database = home.filePath("locked.db");
  window->startSession({.database = sql::Database(database.toStdString()),
                        .fleet = {.agents = 20, .keys = 5, .every = 200ms},
                        .config = validated({.interval = 500ms, .final_flush_timeout = 2s}).value()});
  QVERIFY(until([&] { return !window->data().series.isEmpty() && counters().written > 0; }));
  QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", "other");
  other.setDatabaseName(database);
  QVERIFY(other.open() && QSqlQuery(other).exec("BEGIN EXCLUSIVE"));
  QVERIFY(until([&] { return counters().in_flight > 0 && counters().pending > 0; }));  // a flush waits for the lock
  window->close();
  ClosingDialog* dialog = nullptr;
  QVERIFY(until([&] { return (dialog = window->findChild<ClosingDialog*>()) != nullptr && dialog->isVisible(); }));
  QVERIFY(window->isVisible());
  QTest::mouseClick(dialog->findChild<QPushButton*>("closing-wait"), Qt::LeftButton);
  QVERIFY(window->isVisible());
  window->close();  // asks again
  QVERIFY(dialog->isVisible());
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  QTest::mouseClick(dialog->findChild<QPushButton*>("closing-save"), Qt::LeftButton);
  const QString file = home.filePath("buffered.ndjson");
  emit dialog->findChild<QFileDialog*>()->fileSelected(file);
  QVERIFY(until([&] { return !window->isVisible(); }));
  QCOMPARE(closed[0][0].toULongLong(), 0u);
  QVERIFY(counters().balanced());
  QFile saved(file);
  QVERIFY(saved.open(QIODevice::ReadOnly));
  QCOMPARE(static_cast<quint64>(saved.readAll().count('\n')), counters().spooled);
  QVERIFY(counters().spooled > 0);
  other.close();
  other = {};
  QSqlDatabase::removeDatabase("other");
}

void TstDriveSource::repeatedFaultMarksNothing() {
  QVERIFY(demoRuns(*window));
  auto* const fault = window->findChild<QComboBox*>("fault");
  for (int i = 0; i < 3; ++i) emit fault->activated(1);
  QCOMPARE(window->data().series.marks().size(), std::size_t(1));
  emit fault->activated(0);
  window->drive().flushNow();
  QCOMPARE(window->data().series.marks().back().text, QString("flush requested"));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstDriveSource suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_drive_source.moc"
