// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QCommandLineParser;

namespace metabatch::gui {

class MainWindow;

/// Whether there is a screen to open a window on; reports on stderr when there is none, where Qt would abort. What shows no
/// window (--help, --version, --screenshot) goes on without one.
bool hasScreen(int argc, char** argv);

/// SIGTERM, SIGINT and SIGHUP close the window as its own button does: what is buffered is written first. What could not be
/// written in time is reported on stderr, and the program ends with 1: nobody may be there to answer a question of the window. A
/// second signal ends the program at once. To be called once.
void closeOnSignals(MainWindow& window);

/// What is wrong with the arguments as a whole, or nothing: what would be ignored is refused. Whoever uses an argument checks it.
QString wrongArguments(const QCommandLineParser& parser);

/// Makes the folder of --screenshot; or reports why it cannot be.
QString wrongPictures(const QCommandLineParser& parser);

}  // namespace metabatch::gui
