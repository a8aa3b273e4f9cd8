// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <clocale>

#include "gui/main_window.hpp"
#include "gui/pictures.hpp"

int main(int argc, char** argv) {
  QApplication::setApplicationName("metabatch-desktop");
  QApplication::setOrganizationName("metabatch");
  QApplication::setApplicationVersion(METABATCH_VERSION);
  QApplication::setDesktopFileName("metabatch-desktop");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // Qt has set the user's locale: numbers stay as machines read them
  QCommandLineParser parser;
  parser.setApplicationDescription("See, drive and tune the batching of agents' metadata, live.");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addOption({"demo", "Start the demo at once: a simulated fleet on an embedded database."});
  parser.addOption({"screenshot",
                    "Run the demo, save a picture of every page in DIR, light and dark, at 1x and 2x, and end.",
                    "DIR"});
  parser.addOption({"seconds", "How long --screenshot lets the demo run first (30).", "N", "30"});
  QCommandLineOption untilDrawn("exit-when-drawn", "End as soon as the window was drawn, to measure the start.");
  untilDrawn.setFlags(QCommandLineOption::HiddenFromHelp);
  parser.addOption(untilDrawn);
  parser.process(application);
  metabatch::gui::MainWindow window;
  window.show();
  if (parser.isSet(untilDrawn)) {
    window.repaint();
    return 0;
  }
  if (parser.isSet("screenshot")) {
    metabatch::gui::Pictures pictures(window, parser.value("screenshot"));
    pictures.start(parser.value("seconds").toInt());
    return QApplication::exec();
  }
  if (parser.isSet("demo")) window.startDemo();
  return QApplication::exec();
}
