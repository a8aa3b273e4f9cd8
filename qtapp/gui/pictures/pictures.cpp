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

#include "gui/dialogs/replay_dialog.hpp"
#include "gui/dialogs/tune_dialog.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/flush_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/panels/tune_panel.hpp"
#include "gui/panels/what_if_panel.hpp"
#include "gui/pictures/pictured_faults.hpp"
#include "gui/pictures/pictured_metrics.hpp"
#include "gui/sources/compared_recording.hpp"
#include "gui/sources/recording_source.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/page_tabs.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kWide(1440, 900);
constexpr QSize kNarrow(820, 700);
constexpr int kUntilLaidOut = 50;  // docks lay themselves out again after a resize
constexpr int kUntilRead = 300;
constexpr int kUntilRefused = 1500;  // a flush that bisects refused values, and a sample
constexpr int kLongestRun = 8000;    // of a replay, and of metrics
constexpr int kPatience = 30'000;

/// Runs the window until `sender` emits the signal.
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
  takeStartPage();
  connect(
      &m_window.drive(), &DriveSource::started, this,
      [this, seconds] {
        m_window.drive().record(m_kept.filePath("session.ndjson"));
        QTimer::singleShot(seconds * 500, this, [this] {
          Config config = m_window.findChild<TunePanel*>()->running();
          config.batch_size = 2000;
          m_window.drive().apply(config);
        });
        QTimer::singleShot(seconds * 1000, this, &Pictures::takeAll);
      },
      Qt::SingleShotConnection);
  m_window.startDemo();
}

void Pictures::startFaults() {
  m_isSaved = QDir().mkpath(m_folder);
  QTimer::singleShot(kUntilRead, this, &Pictures::takeFaults);
}

void Pictures::takeFaults() {
  m_window.startInspector();
  PageTabs& pages = m_window.pages();
  pages.offer({&pages.dashboard(), &pages.flushes(), &pages.inspector()});
  for (const PicturedFault& fault : picturedFaults()) {
    fault.fill(m_window.data());
    take(QLatin1String(fault.name));
    m_window.data().scrape = nullptr;
  }
  QApplication::exit(m_isSaved ? 0 : 1);
}

void Pictures::takeAll() {
  takePages();
  takeWhatIf();
  takeTuning();
  closeSource();
  takeRecording();
  takeReplay();
  takeMetrics();
  QApplication::exit(m_isSaved ? 0 : 1);
}

void Pictures::takeStartPage() {
  m_isSaved = QDir().mkpath(m_folder);
  take("start");
  takeDialog("connect", "connect-dialog");
  takeDialog("replay", "replay-dialog");
}

void Pictures::takePages() {
  m_window.pages().inspector().showExample();
  for (const QString& page : m_window.pages().names()) {
    if (page == "Quarantine") {
      m_window.drive().session()->sendRefused();
      m_window.drive().session()->flushNow();
    }
    m_window.pages().showPage(page);
    letRowsCome(page == "Quarantine" ? kUntilRefused : kUntilRead);
    take(page.toLower().replace(' ', '-'));
  }
}

void Pictures::takeWhatIf() {
  m_window.pages().showPage("Dashboard");
  m_window.resize(kWide);
  m_window.findChild<QDockWidget*>("what-if")->raise();
  auto* const panel = m_window.findChild<WhatIfPanel*>();
  panel->findChild<QLineEdit*>("whatif-batch-size")->setText("5000");
  panel->run();
  if (panel->isRunning()) waitFor(*panel, &WhatIfPanel::answered);
  take("what-if");
}

void Pictures::takeTuning() {
  m_window.findChild<QAction*>("tune-settings")->trigger();
  auto* const dialog = m_window.findChild<TuneDialog*>();
  dialog->search();
  if (dialog->isRunning()) waitFor(*dialog->findChild<TuneRunner*>(), &TuneRunner::answered);
  letPass(kUntilLaidOut);
  save(*dialog, "tune-dialog", false);
  dialog->close();
}

void Pictures::takeRecording() {
  m_window.openRecording(m_kept.filePath("session.ndjson"));
  waitFor(*m_window.findChild<RecordingSource*>(), &RecordingSource::shown);
  take("recording");
  takeComparison();
  closeSource();
}

/// The recording over itself: all differences are 0.
void Pictures::takeComparison() {
  auto* const compared = m_window.findChild<ComparedRecording*>();
  compared->open(m_kept.filePath("session.ndjson"));
  waitFor(*compared, &ComparedRecording::shown);
  take("comparison");
  auto* const table = m_window.findChild<QDialog*>("comparison");
  save(*table, "comparison-table", false);
  table->close();
}

void Pictures::takeReplay() {
  m_window.offerReplay({.plan = {.file = m_kept.filePath("session.ndjson")}, .database = {}});
  letPass(m_milliseconds);
  take("replay");
  closeSource();
}

void Pictures::takeMetrics() {
  PicturedMetrics metrics;
  m_window.startMetrics({.url = metrics.url(), .every = std::chrono::seconds(1)});
  letPass(m_milliseconds);
  take("metrics");
  closeSource();
}

/// Closes the source; the start page follows.
void Pictures::closeSource() {
  const bool isWaitedFor = m_window.drive().session() != nullptr;
  m_window.findChild<QAction*>("close-source")->trigger();
  if (isWaitedFor) waitFor(m_window, &MainWindow::sessionClosed);
  letPass(kUntilRead);
}

void Pictures::letPass(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
}

/// The page of rows requests them when it becomes visible. In each table a row is selected.
void Pictures::letRowsCome(int milliseconds) {
  letPass(milliseconds);
  for (QTableView* const table : m_window.findChildren<QTableView*>())
    if (table->isVisible()) table->selectRow(0);
  m_window.data().time.setCursor(std::nullopt);
}

void Pictures::take(const QString& name) {
  for (const bool isNarrow : {false, true}) {
    m_window.resize(isNarrow ? kNarrow : kWide);
    letPass(kUntilLaidOut);
    save(m_window, name + (isNarrow ? "-narrow" : ""), isNarrow);
  }
  m_window.resize(kWide);
}

void Pictures::takeDialog(const char* button, const QString& name) {
  m_window.findChild<QPushButton*>(button)->click();
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
    m_window.pages().refresh();
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
