// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QCommandLineParser;

namespace metabatch::gui {

class MainWindow;

/// Whether there is a screen for a window. Reports on stderr when there is none, because Qt would
/// abort. Commands without a window (--help, --version, --screenshot) run without a screen.
bool hasScreen(int argc, char** argv);

/// Lets SIGTERM, SIGINT and SIGHUP close the window as its own button does: buffered entries are
/// written first. Nobody may be there to answer a question, so entries that could not be written in
/// time are reported on stderr, and the program ends with 1. A second signal ends the program at
/// once. Call it once.
void closeOnSignals(MainWindow& window);

/// What is wrong with the arguments as a whole, or nothing: arguments that would be ignored are
/// refused. Each argument itself is checked where it is used.
QString wrongArguments(const QCommandLineParser& parser);

/// Creates the folder of --screenshot, or reports why that is impossible.
QString wrongPictures(const QCommandLineParser& parser);

}  // namespace metabatch::gui
