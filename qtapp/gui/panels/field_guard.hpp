// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace metabatch::gui {

/// Makes the fields below `panel` safe: the mouse wheel scrolls the panel and changes no field that has not the focus, and Ctrl+Z
/// undoes the last change of the window where the field itself has nothing to undo.
void guardFields(QWidget& panel);

}  // namespace metabatch::gui
