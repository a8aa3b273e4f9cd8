// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QPushButton>
#include <QSettings>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "gui/window/main_window.hpp"

/// What all suites of windows do: settings of their own, patience, and an ear for what Qt complains of.
namespace metabatch::gui {

inline constexpr int kPatience = 60'000;  // ms; of a busy machine, for what takes a moment

/// Lets the event loop go round until `done`; false: it never was, and the patience is over.
template <class Done>
bool until(Done done) {
  return QTest::qWaitFor(done, kPatience);
}

/// What was logged since it was cleared.
inline QStringList& complaints() {
  static QStringList said;
  return said;
}
inline void hear(QtMsgType, const QMessageLogContext&, const QString& text) {
  if (!text.contains("propagateSizeHints")) complaints() += text;  // of the offscreen platform
}

inline void keepSettingsIn(const QTemporaryDir& home, const char* suite) {
  QCoreApplication::setOrganizationName("metabatch");
  QCoreApplication::setApplicationName(suite);
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
}

/// A window as it is found at the first start, on the screen.
inline std::unique_ptr<MainWindow> freshWindow() {
  QSettings().clear();
  complaints().clear();
  auto window = std::make_unique<MainWindow>();
  window->resize(1280, 820);
  window->show();
  return QTest::qWaitForWindowExposed(window.get()) ? std::move(window) : nullptr;
}

/// Closes it as its button does; false: its session did not end, or left a box to be read.
inline bool closes(MainWindow& window) {
  window.close();
  return until([&] { return !window.isVisible(); });
}

/// Starts the demo by its door; false: nothing was written.
inline bool demoRuns(MainWindow& window) {
  QTest::mouseClick(window.findChild<QPushButton*>("demo"), Qt::LeftButton);
  return until([&] { return !window.series().isEmpty() && window.series().latest().counters.written > 0; });
}

}  // namespace metabatch::gui
