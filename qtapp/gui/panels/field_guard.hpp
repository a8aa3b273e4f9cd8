// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace metabatch::gui {

/// Protects the fields below `panel` from accidents. The mouse wheel scrolls the panel and changes
/// no field without focus. Ctrl+Z undoes the last change of the window when the field itself has
/// nothing to undo.
void guardFields(QWidget& panel);

}  // namespace metabatch::gui
