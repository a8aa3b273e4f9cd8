// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace metabatch::gui {

/// Saves the visible page as a picture file. A name that ends in .svg gives SVG (lines and text
/// that can be scaled and edited); other endings name their format (PNG), with twice the pixels of
/// the screen.
///
/// @return why it could not be written; empty: it was written
QString savePicture(QWidget& page, const QString& file);

}  // namespace metabatch::gui
