// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QFileDialog;
class QWidget;

namespace metabatch::gui {

/// Opens a dialog for the name of a file, and returns at once. QFileDialog::fileSelected() follows
/// when a name was chosen. The dialog deletes itself when it is closed.
///
/// @shape name: suggested; its suffix is added to a name without one
QFileDialog* askWhereToSave(QWidget* parent, const QString& title, const QString& name, const QString& filter);
/// The same for a file that exists. @shape folder: shown first; empty: the current one
QFileDialog* askWhatToOpen(QWidget* parent, const QString& title, const QString& filter, const QString& folder = {});

}  // namespace metabatch::gui
