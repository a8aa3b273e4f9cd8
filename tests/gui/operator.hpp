// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QPushButton>
#include <QSettings>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "gui/dialogs/connect_dialog.hpp"
#include "gui/dialogs/replay_dialog.hpp"
#include "gui/files/page_export.hpp"
#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/doctor_page.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/pages/quarantine_page.hpp"
#include "gui/panels/replay_bar.hpp"
#include "gui/panels/tune_panel.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/session/fleet_settings.hpp"
#include "gui/sources/recording_source.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/page_tabs.hpp"

/// What all suites of windows share: settings of their own, patience, and a list of Qt's
/// complaints.
namespace metabatch::gui {

inline constexpr int kPatience = 60'000;  // ms; on a busy machine, for something that takes a moment

/// The page, panel or dialog of this kind in a window.
template <class Part>
Part& part(const QWidget& window) {
  return *window.findChild<Part*>();
}

/// Runs the event loop until `done`; false: it was not done within the time limit.
template <class Done>
bool until(Done done) {
  return QTest::qWaitFor(done, kPatience);
}

/// The log since it was cleared.
inline QStringList& complaints() {
  static QStringList said;
  return said;
}
inline void recordComplaint(QtMsgType, const QMessageLogContext&, const QString& text) {
  if (!text.contains("propagateSizeHints")) complaints() += text;  // of the offscreen platform
}

inline void keepSettingsIn(const QTemporaryDir& home, const char* suite) {
  QCoreApplication::setOrganizationName("metabatch");
  QCoreApplication::setApplicationName(suite);
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
}

/// A window as at the first start, on the screen.
inline std::unique_ptr<MainWindow> freshWindow() {
  QSettings().clear();
  complaints().clear();
  auto window = std::make_unique<MainWindow>();
  window->resize(1280, 820);
  window->show();
  return QTest::qWaitForWindowExposed(window.get()) ? std::move(window) : nullptr;
}

/// Ctrl+W in the window. A shortcut needs an active window, and the offscreen platform leaves none
/// active when a dialog closes, such as the one that a slow closing shows.
inline void pressCtrlW(QWidget& window) {
  window.activateWindow();
  QVERIFY(until([&] { return window.isActiveWindow(); }));
  QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
}

/// Closes it as its button does; false: its source did not close.
inline bool closes(MainWindow& window) {
  window.close();
  return until([&] { return !window.isVisible(); });
}

/// Starts the demo from the start page; false: nothing was written.
inline bool demoRuns(MainWindow& window) {
  QTest::mouseClick(window.findChild<QPushButton*>("demo"), Qt::LeftButton);
  return until([&] { return !window.data().series.isEmpty() && window.data().series.latest().counters.written > 0; });
}

}  // namespace metabatch::gui
