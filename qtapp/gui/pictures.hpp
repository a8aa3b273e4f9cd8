// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "gui/theme.hpp"

namespace metabatch::gui {

class MainWindow;

/// Takes a picture of every page of the demo: light and dark, wide and narrow, at 1x and 2x. Names: PAGE-THEME[-narrow][@2x].png.
/// Ends the program when it is done, with 1 when a picture could not be saved.
class Pictures : public QObject {
  Q_OBJECT

 public:
  Pictures(MainWindow& window, QString folder) : m_window(window), m_folder(std::move(folder)) {}
  /// Runs the demo for so long first, and changes a setting half way, so that there is something to see.
  void start(int seconds);

 private:
  void letRowsCome(int milliseconds);
  void takeAll();
  bool take(const QString& name, ThemeChoice theme, int scale);

  MainWindow& m_window;
  const QString m_folder;
};

}  // namespace metabatch::gui
