// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QWidget;

namespace metabatch::gui {

/// The page as it is seen, as a picture file: SVG where the name ends so (lines and text, to be scaled and edited), else what the
/// ending names (PNG), with twice the pixels of the screen.
///
/// @return why it could not be written; empty: it was
QString savePicture(QWidget& page, const QString& file);

}  // namespace metabatch::gui
