// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <clocale>
#include <cstdio>

#include "gui/dialogs/replay_dialog.hpp"
#include "gui/pictures/pictures.hpp"
#include "gui/window/language.hpp"
#include "gui/window/main_window.hpp"
#include "gui/window/startup.hpp"
#include "models/utf8_locale.hpp"

namespace {

using metabatch::gui::ReplayRequest;

/// Reads the flags of a replay, or describes what is wrong with them.
std::variant<ReplayRequest, QString> replayOf(const QCommandLineParser& parser) {
  ReplayRequest request;
  if (const QString wrong = metabatch::gui::wrongArguments(parser); !wrong.isEmpty()) return wrong;
  request.plan.file = parser.value("replay");
  const auto speed = metabatch::models::parseSpeed(parser.value("speed"));
  if (!speed) return QStringLiteral("--speed: a number above 0, or max");
  request.plan.speed = *speed;
  if (!parser.isSet("db")) return request;
  const auto database = metabatch::gui::databaseOf(parser.value("db"));
  if (const auto* const wrong = std::get_if<QString>(&database)) return "--db: " + *wrong;
  request.database = std::get<metabatch::sql::Database>(database);
  return request;
}

void addOptions(QCommandLineParser& parser) {
  parser.setApplicationDescription("See, drive and tune the batching of agents' metadata, live.");
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addOption({"demo", "Start the demo at once: a simulated fleet on an embedded database."});
  parser.addOption({"screenshot",
                    "Run the demo, save a picture of every page in DIR, light and dark, at 1x and 2x, and end.",
                    "DIR"});
  parser.addOption({"pictures", "What --screenshot saves: all, or the faults that an operator has to recognise (all).",
                    "all|faults", "all"});
  parser.addOption({"seconds", "How long --screenshot lets the demo run first (30).", "N", "30"});
  parser.addOption({"replay", "Replay the updates (NDJSON) in FILE, a pipe, or - for standard input.", "FILE"});
  parser.addOption({"speed", "Replay N times as fast as recorded, or as fast as possible: max (1).", "N|max", "1"});
  parser.addOption(
      {"db",
       "Replay into this database: sqlite:PATH, or what libpq takes. Without it, into an embedded one in a "
       "temporary folder. Rows that are missing are created.",
       "ADDRESS"});
  parser.addPositionalArgument("FILE", "A recording (NDJSON) to open.", "[FILE]");
  QCommandLineOption untilDrawn("exit-when-drawn", "End as soon as the window was drawn, to measure the start.");
  untilDrawn.setFlags(QCommandLineOption::HiddenFromHelp);
  parser.addOption(untilDrawn);
}

int takePictures(metabatch::gui::MainWindow& window, const QCommandLineParser& parser) {
  if (const QString wrong = metabatch::gui::wrongPictures(parser); !wrong.isEmpty()) {
    std::fprintf(stderr, "metabatch-desktop: %s\n", qPrintable(wrong));
    return 1;
  }
  metabatch::gui::Pictures pictures(window, parser.value("screenshot"));
  if (parser.value("pictures") == "faults")
    pictures.startFaults();
  else
    pictures.start(parser.value("seconds").toInt());
  return QApplication::exec();
}

void nameProgram() {
  QApplication::setApplicationName("metabatch-desktop");
  QApplication::setOrganizationName("metabatch");
  QApplication::setApplicationVersion(METABATCH_VERSION);
  QApplication::setDesktopFileName("metabatch-desktop");
  QApplication::setStyle("Fusion");
}

}  // namespace

int main(int argc, char** argv) {
  nameProgram();
  metabatch::models::useUtf8Locale();
  if (!metabatch::gui::hasScreen(argc, argv)) return 1;
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // Qt has set the user's locale; numbers must stay machine-readable
  metabatch::gui::speak(QLocale());
  QCommandLineParser parser;
  addOptions(parser);
  if (!parser.parse(QApplication::arguments())) {
    std::fprintf(stderr, "metabatch-desktop: %s\n", qPrintable(parser.errorText()));
    return 2;
  }
  parser.process(application);  // --help and --version
  const auto replay = replayOf(parser);
  if (const auto* const wrong = std::get_if<QString>(&replay)) {
    std::fprintf(stderr, "metabatch-desktop: %s\n", qPrintable(*wrong));
    return 2;
  }
  metabatch::gui::MainWindow window;
  metabatch::gui::closeOnSignals(window);
  window.show();
  if (parser.isSet("exit-when-drawn")) {
    window.repaint();
    return 0;
  }
  if (parser.isSet("screenshot")) return takePictures(window, parser);
  if (parser.isSet("demo")) window.startDemo();
  if (parser.isSet("replay")) window.offerReplay(std::get<metabatch::gui::ReplayRequest>(replay));
  if (!parser.positionalArguments().isEmpty()) window.openRecording(parser.positionalArguments().front());
  return QApplication::exec();
}
