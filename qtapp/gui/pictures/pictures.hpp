// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTemporaryDir>

#include "gui/window/theme.hpp"

class QAction;
class QWidget;

namespace metabatch::gui {

class MainWindow;

/// Takes pictures of everything: the start page and its dialogs, every page of the demo, what-if,
/// tuning, the demo once more as a recording, compared and as a replay, and the metrics of another
/// batcher (invented, served on loopback). Light and dark, wide and narrow, at 1x and 2x:
/// PAGE-THEME[-narrow][@2x].png. Ends the program when done, with status 1 when a picture could not
/// be saved.
class Pictures : public QObject {
  Q_OBJECT

 public:
  Pictures(MainWindow& window, QString folder) : m_window(window), m_folder(std::move(folder)) {}
  /// Runs the demo for so many seconds first, and changes a setting half way, so that the charts
  /// show something.
  void start(int seconds);
  /// Takes pictures of invented situations instead: problems, and the state when all is well.
  void startFaults();

 private:
  void takeAll();
  void takeFaults();
  void takeStartPage();
  void takePages();
  void takeWhatIf();
  void takeTuning();
  void takeComparison();
  void takeRecording();
  void takeReplay();
  void takeMetrics();
  void closeSource();
  void letPass(int milliseconds);
  void letRowsCome(int milliseconds);
  /// Takes the window wide and narrow, in both themes, for dense screens too.
  void take(const QString& name);
  void takeDialog(const char* button, const QString& name);
  void save(QWidget& shown, const QString& name, bool isNarrow);

  MainWindow& m_window;
  const QString m_folder;
  QTemporaryDir m_kept;
  int m_milliseconds = 0;  // for steps that need some time
  bool m_isSaved = true;
};

}  // namespace metabatch::gui
