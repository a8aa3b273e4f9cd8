// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMainWindow;

namespace metabatch::gui {

/// Adds the menu with the shortcuts and the version.
void addHelpMenu(QMainWindow& window);

}  // namespace metabatch::gui
