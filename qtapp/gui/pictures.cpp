// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pictures.hpp"

#include <QApplication>
#include <QDir>
#include <QEventLoop>
#include <QPixmap>
#include <QTableView>
#include <QTimer>
#include <cstdio>

#include "gui/main_window.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kWide(1440, 900);
constexpr QSize kNarrow(820, 700);
constexpr int kUntilRead = 300;
constexpr int kUntilRefused = 1500;  // a flush that hunts for what is refused, and a look

}  // namespace

void Pictures::start(int seconds) {
  connect(&m_window, &MainWindow::sessionStarted, this, [this, seconds] {
    QTimer::singleShot(seconds * 500, this, [this] {
      Config config = m_window.tunePanel().running();
      config.batch_size = 2000;
      m_window.session()->apply(config);
    });
    QTimer::singleShot(seconds * 1000, this, &Pictures::takeAll);
  });
  m_window.startDemo();
}

bool Pictures::take(const QString& name, ThemeChoice theme, int scale) {
  m_window.setThemeChoice(theme);
  m_window.refresh();
  QApplication::processEvents();
  QPixmap picture(m_window.size() * scale);
  picture.setDevicePixelRatio(scale);
  m_window.render(&picture);
  const QString file = QStringLiteral("%1/%2-%3%4.png")
                           .arg(m_folder, name, theme == ThemeChoice::dark ? "dark" : "light", scale == 2 ? "@2x" : "");
  if (picture.save(file)) return true;
  std::fprintf(stderr, "metabatch-desktop: cannot save %s\n", qPrintable(file));
  return false;
}

/// The page of rows asks for them when it comes in sight; and in each table a row is chosen.
void Pictures::letRowsCome(int milliseconds) {
  QEventLoop loop;
  QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
  loop.exec();
  for (QTableView* const table : m_window.findChildren<QTableView*>())
    if (table->isVisible()) table->selectRow(0);
}

void Pictures::takeAll() {
  m_window.inspector().showExample();
  bool isSaved = QDir().mkpath(m_folder);
  for (const bool isNarrow : {false, true}) {
    m_window.resize(isNarrow ? kNarrow : kWide);
    for (const QString& page : m_window.pages()) {
      if (page == "Quarantine" && !isNarrow) {
        m_window.session()->sendRefused();
        m_window.session()->flushNow();
      }
      m_window.showPage(page);
      letRowsCome(page == "Quarantine" && !isNarrow ? kUntilRefused : kUntilRead);
      const QString name = page.toLower().replace(' ', '-') + (isNarrow ? "-narrow" : "");
      for (const ThemeChoice theme : {ThemeChoice::light, ThemeChoice::dark})
        for (const int scale : {1, 2})
          if (!isNarrow || scale == 1) isSaved = take(name, theme, scale) && isSaved;
    }
  }
  connect(&m_window, &MainWindow::sessionClosed, this, [isSaved] { QApplication::exit(isSaved ? 0 : 1); });
  m_window.close();
}

}  // namespace metabatch::gui
