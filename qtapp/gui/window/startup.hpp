// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QCommandLineParser;

namespace metabatch::gui {

class MainWindow;

/// Whether there is a screen to open a window on; says on stderr when there is none, where Qt would abort. What shows no
/// window (--help, --version, --screenshot) goes on without one.
bool hasScreen(int argc, char** argv);

/// SIGTERM, SIGINT and SIGHUP close the window as its own button does: what is held is written first. What could not be
/// written is said on stderr, and the program ends with 1: nobody may be there to read it in the window. A second signal ends
/// the program at once. Once a program.
void closeOnSignals(MainWindow& window);

/// What is wrong with the arguments as a whole, or nothing: what would be ignored is refused. Each is looked at by its user.
QString wrongArguments(const QCommandLineParser& parser);

/// Makes the folder of --screenshot; or says why it cannot be.
QString wrongPictures(const QCommandLineParser& parser);

}  // namespace metabatch::gui
