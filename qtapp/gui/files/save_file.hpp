// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace metabatch::gui {

/// Writes a file completely, or leaves the existing one unchanged.
///
/// @return what went wrong, or nothing
QString saveFile(const QString& name, const QByteArray& bytes);

}  // namespace metabatch::gui
