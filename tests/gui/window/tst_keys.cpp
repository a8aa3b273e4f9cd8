// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QFileDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSet>
#include <QSpinBox>
#include <QTabBar>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "gui/operator.hpp"
#include "gui/real_screen.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr int kMostTabs = 200;  // around a page

/// What a person would click, and therefore must reach by keys.
bool isOperated(const QWidget& widget) {
  if (!widget.isVisible() || !widget.isEnabled()) return false;
  const QWidget* const parent = widget.parentWidget();
  if (qobject_cast<const QAbstractSpinBox*>(parent) != nullptr || qobject_cast<const QComboBox*>(parent) != nullptr)
    return false;                                                          // a part of a field
  if (qobject_cast<const QLineEdit*>(parent) != nullptr) return false;     // its button to clear it
  if (qobject_cast<const QTabBar*>(parent) != nullptr) return false;       // a scroll button
  if (qobject_cast<const QDockWidget*>(parent) != nullptr) return false;   // F9 and F10 close panels
  if (qobject_cast<const QHeaderView*>(&widget) != nullptr) return false;  // it sorts for the mouse
  if (widget.objectName().startsWith("qt_")) return false;
  return qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
         qobject_cast<const QLineEdit*>(&widget) != nullptr || qobject_cast<const QComboBox*>(&widget) != nullptr ||
         qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
         qobject_cast<const QAbstractItemView*>(&widget) != nullptr ||
         qobject_cast<const QPlainTextEdit*>(&widget) != nullptr ||
         qobject_cast<const TimeChart*>(&widget) != nullptr || qobject_cast<const QTabBar*>(&widget) != nullptr;
}

QString nameOf(const QWidget& widget) {
  const auto* const button = qobject_cast<const QAbstractButton*>(&widget);
  return QStringLiteral("%1 %2 %3")
      .arg(widget.metaObject()->className(), widget.objectName(),
           button != nullptr ? button->text() : widget.accessibleName());
}

}  // namespace

/// The window on a real screen, by keys alone.
class TstKeys : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void tabReachesEverything_data();
  void tabReachesEverything();
  void menusAreOperatedByLetters();
  void aSessionIsDrivenByKeys();
  void chartsAreOperatedByKeys();
  void rowsAreCopiedByKeys();

 private:
  /// A key for the widget that has the focus.
  static void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(QApplication::focusWidget(), key, modifiers);
  }
  static void type(const QString& text) { QTest::keyClicks(QApplication::focusWidget(), text); }
  /// Tabs to the widget; false: it is never reached.
  static bool tabTo(const QWidget* wanted) {
    for (int i = 0; i < kMostTabs && QApplication::focusWidget() != wanted; ++i) press(Qt::Key_Tab);
    return QApplication::focusWidget() == wanted;
  }
  bool hasFocusIn(const QWidget& shown) {
    return until([&] { return shown.isActiveWindow() && QApplication::focusWidget() != nullptr; });
  }
  /// What Tab does not reach in a window.
  static QStringList unreached(QWidget& shown) {
    QSet<QWidget*> reached;
    for (int i = 0; i < kMostTabs; ++i) {
      press(Qt::Key_Tab);
      reached += QApplication::focusWidget();
    }
    QStringList names;
    for (QWidget* const widget : shown.findChildren<QWidget*>())
      if (widget->window() == &shown && isOperated(*widget) && !reached.contains(widget)) names += nameOf(*widget);
    return names;
  }
  bool demoStarts() {
    press(Qt::Key_Space);  // its button has the focus
    return until(
        [&] { return !window->data().series.isEmpty() && window->data().series.latest().counters.written > 0; });
  }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstKeys::initTestCase() {
  keepSettingsIn(home, "tst_keys");
  qInstallMessageHandler(recordComplaint);
}

void TstKeys::init() {
  window = freshWindow();
  QVERIFY(window);
  window->activateWindow();
  QVERIFY(hasFocusIn(*window));
}

void TstKeys::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

void TstKeys::tabReachesEverything_data() {
  QTest::addColumn<QString>("page");
  for (const char* const page :
       {"start", "Dashboard", "Flushes", "Agents", "Channel", "Quarantine", "Doctor", "Inspector"})
    QTest::newRow(page) << page;
}

void TstKeys::tabReachesEverything() {
  QFETCH(QString, page);
  if (page != "start") {
    QVERIFY(demoStarts());
    press(static_cast<Qt::Key>(Qt::Key_1 + window->pages().names().indexOf(page)), Qt::AltModifier);
    QCOMPARE(window->pages().currentWidget()->objectName(), page);
    if (QApplication::focusWidget() == nullptr) QVERIFY(hasFocusIn(*window));
  }
  const QStringList missed = unreached(*window);
  QVERIFY2(missed.isEmpty(), qPrintable(missed.join('\n')));
}

/// Each action of the menus has a shortcut or a letter of its own there, or both; Alt and the
/// letters of menu and action trigger it.
void TstKeys::menusAreOperatedByLetters() {
  for (QAction* const menu : window->menuBar()->actions()) {
    QSet<QChar> letters;
    for (const QAction* const action : menu->menu()->actions()) {
      if (action->isSeparator()) continue;
      const qsizetype mark = QString(action->text()).remove("&&").indexOf('&');
      if (mark < 0 && !action->shortcut().isEmpty()) continue;
      QVERIFY2(mark >= 0, qPrintable(menu->text() + ": " + action->text()));
      const QChar letter = QString(action->text()).remove("&&")[mark + 1].toLower();
      QVERIFY2(!letters.contains(letter), qPrintable(menu->text() + ": " + action->text()));
      letters += letter;
    }
  }
  press(Qt::Key_H, Qt::AltModifier);
  QVERIFY(until([] { return QApplication::activePopupWidget() != nullptr; }));
  QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_S);
  QDialog* shortcuts = nullptr;
  QVERIFY(until([&] { return (shortcuts = window->findChild<QDialog*>("shortcuts")) != nullptr; }));
  QTest::keyClick(shortcuts, Qt::Key_Escape);
  QVERIFY(until([&] { return window->findChild<QDialog*>("shortcuts") == nullptr; }));
}

/// Starts, changes a setting, undoes it, pauses, flushes and closes.
void TstKeys::aSessionIsDrivenByKeys() {
  QVERIFY(demoStarts());
  auto* const size = window->findChild<QSpinBox*>("batch_size");
  QVERIFY(tabTo(size));
  press(Qt::Key_A, Qt::ControlModifier);
  type("120");
  press(Qt::Key_Return);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 120; }));
  press(Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 500; }));
  press(Qt::Key_H, Qt::ControlModifier);
  QVERIFY(until([&] { return window->drive().isFlushingPaused(); }));
  press(Qt::Key_H, Qt::ControlModifier);
  QVERIFY(until([&] { return !window->drive().isFlushingPaused(); }));
  press(Qt::Key_F5, Qt::ControlModifier);
  QCOMPARE(window->data().series.marks().back().text, QString("flush requested"));
  press(Qt::Key_F9);
  QVERIFY(until([&] { return !window->findChild<QDockWidget*>("tune")->isVisible(); }));
  press(Qt::Key_W, Qt::ControlModifier);
  auto* const demo = window->findChild<QPushButton*>("demo");
  QVERIFY(until([&] { return demo->isVisible() && demo->hasFocus(); }));
}

void TstKeys::chartsAreOperatedByKeys() {
  QVERIFY(demoStarts());
  ChartCard& card = *part<Dashboard>(*window).cards()[0];
  QVERIFY(tabTo(&card.chart()));
  const Duration span = window->data().time.span();
  press(Qt::Key_Plus);
  QVERIFY(window->data().time.span() < span);
  press(Qt::Key_Right, Qt::ControlModifier);
  QVERIFY(window->data().time.cursor().has_value());
  for (int i = 0; i < 5; ++i) press(Qt::Key_Left, Qt::ShiftModifier);
  QVERIFY(window->data().time.selection().has_value());
  press(Qt::Key_Escape);
  QVERIFY(!window->data().time.selection().has_value());
  press(Qt::Key_Home);
  QVERIFY(window->data().time.isLive());
  QLabel* links = nullptr;
  for (QLabel* const label : card.findChildren<QLabel*>())
    if (label->focusPolicy() == Qt::TabFocus) links = label;
  QVERIFY(links != nullptr && tabTo(links));
  press(Qt::Key_Tab);  // to the first name
  press(Qt::Key_Return);
  QVERIFY(until([&] { return card.chart().isHidden(card.chart().spec().lines.front().series); }));
}

void TstKeys::rowsAreCopiedByKeys() {
  QVERIFY(demoStarts());
  press(Qt::Key_2, Qt::AltModifier);
  auto* const table = window->pages().currentWidget()->findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() > 0; }));
  QVERIFY(tabTo(table));
  press(Qt::Key_Down);
  press(Qt::Key_C, Qt::ControlModifier);
  QVERIFY2(QApplication::clipboard()->text().contains('\t'), qPrintable(QApplication::clipboard()->text()));
}

int main(int argc, char** argv) {
  const RealScreen screen;
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstKeys suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_keys.moc"
