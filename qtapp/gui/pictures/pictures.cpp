// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pictures/pictures.hpp"

#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QEventLoop>
#include <QLineEdit>
#include <QPixmap>
#include <QPushButton>
#include <QTableView>
#include <QTimer>
#include <algorithm>
#include <cstdio>

#include "gui/window/main_window.hpp"
#include "gui/pictures/pictured_metrics.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kWide(1440, 900);
constexpr QSize kNarrow(820, 700);
constexpr int kUntilLaidOut = 50;  // docks ask again after a resize
constexpr int kUntilRead = 300;
constexpr int kUntilRefused = 1500;  // a flush that hunts for what is refused, and a look
constexpr int kLongestRun = 8000;    // of a replay, and of metrics
constexpr int kPatience = 30'000;

/// Lets the window live until `sender` says so.
template <class Sender, class Signal>
void waitFor(Sender& sender, Signal signal) {
  QEventLoop loop;
  QObject::connect(&sender, signal, &loop, &QEventLoop::quit);
  QTimer::singleShot(kPatience, &loop, &QEventLoop::quit);
  loop.exec();
}

}  // namespace

void Pictures::start(int seconds) {
  m_milliseconds = std::min(seconds * 500, kLongestRun);
  takeDoors();
  connect(
      &m_window, &MainWindow::sessionStarted, this,
      [this, seconds] {
        m_window.session()->record(m_kept.filePath("session.ndjson"));
        QTimer::singleShot(seconds * 500, this, [this] {
          Config config = m_window.tunePanel().running();
          config.batch_size = 2000;
          m_window.session()->apply(config);
        });
        QTimer::singleShot(seconds * 1000, this, &Pictures::takeAll);
      },
      Qt::SingleShotConnection);
  m_window.startDemo();
}

void Pictures::takeAll() {
  takePages();
  takeWhatIf();
  endSession();
  takeRecording();
  takeReplay();
  takeMetrics();
  QApplication::exit(m_isSaved ? 0 : 1);
}

void Pictures::takeDoors() {
  m_isSaved = QDir().mkpath(m_folder);
  take("doors");
  takeDialog("connect", "connect-dialog");
  takeDialog("replay", "replay-dialog");
}

void Pictures::takePages() {
  m_window.inspector().showExample();
  for (const QString& page : m_window.pages()) {
    if (page == "Quarantine") {
      m_window.session()->sendRefused();
      m_window.session()->flushNow();
    }
    m_window.showPage(page);
    letRowsCome(page == "Quarantine" ? kUntilRefused : kUntilRead);
    take(page.toLower().replace(' ', '-'));
  }
}

void Pictures::takeWhatIf() {
  m_window.showPage("Dashboard");
  m_window.resize(kWide);
  m_window.findChild<QDockWidget*>("what-if")->raise();
  auto* const panel = m_window.findChild<WhatIfPanel*>();
  panel->findChild<QLineEdit*>("whatif-batch-size")->setText("5000");
  panel->run();
  if (panel->isRunning()) waitFor(*panel, &WhatIfPanel::answered);
  take("what-if");
}

void Pictures::takeRecording() {
  m_window.openRecording(m_kept.filePath("session.ndjson"));
  waitFor(*m_window.findChild<RecordingDoor*>(), &RecordingDoor::opened);
  take("recording");
  endSession();
}

void Pictures::takeReplay() {
  m_window.startReplay({.plan = {.file = m_kept.filePath("session.ndjson")}, .database = {}});
  letPass(m_milliseconds);
  take("replay");
  endSession();
}

void Pictures::takeMetrics() {
  PicturedMetrics metrics;
  m_window.startMetrics({.url = metrics.url(), .every = std::chrono::seconds(1)});
  letPass(m_milliseconds);
  take("metrics");
  endSession();
}

/// Back to the doors.
void Pictures::endSession() {
  const bool isWaitedFor = m_window.session() != nullptr;
  m_window.findChild<QAction*>("close-session")->trigger();
  if (isWaitedFor) waitFor(m_window, &MainWindow::sessionClosed);
  letPass(kUntilRead);
}

void Pictures::letPass(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

/// The page of rows asks for them when it comes in sight; and in each table a row is chosen.
void Pictures::letRowsCome(int milliseconds) {
  letPass(milliseconds);
  for (QTableView* const table : m_window.findChildren<QTableView*>())
    if (table->isVisible()) table->selectRow(0);
  m_window.timeWindow().setCursor(std::nullopt);
}

void Pictures::take(const QString& name) {
  for (const bool isNarrow : {false, true}) {
    m_window.resize(isNarrow ? kNarrow : kWide);
    letPass(kUntilLaidOut);
    save(m_window, name + (isNarrow ? "-narrow" : ""), isNarrow);
  }
  m_window.resize(kWide);
}

void Pictures::takeDialog(const char* door, const QString& name) {
  m_window.findChild<QPushButton*>(door)->click();
  letPass(kUntilRead);
  for (QDialog* const dialog : m_window.findChildren<QDialog*>())
    if (dialog->isVisible()) {
      save(*dialog, name, false);
      dialog->close();
    }
}

void Pictures::save(QWidget& shown, const QString& name, bool isNarrow) {
  for (const ThemeChoice theme : {ThemeChoice::light, ThemeChoice::dark}) {
    m_window.setThemeChoice(theme);
    QApplication::processEvents();
    m_window.refresh();
    QApplication::processEvents();
    for (const int scale : {1, 2}) {
      if (isNarrow && scale == 2) continue;
      QPixmap picture(shown.size() * scale);
      picture.setDevicePixelRatio(scale);
      shown.render(&picture);
      const QString file =
          QStringLiteral("%1/%2-%3%4.png")
              .arg(m_folder, name, theme == ThemeChoice::dark ? "dark" : "light", scale == 2 ? "@2x" : "");
      if (picture.save(file)) continue;
      std::fprintf(stderr, "metabatch-desktop: cannot save %s\n", qPrintable(file));
      m_isSaved = false;
    }
  }
}

}  // namespace metabatch::gui
