// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>

namespace metabatch::gui {

/// Lets the program speak the language of `locale` where there is a translation of it (resources/translations), else English. What a
/// database, libpq or the core says stays as it is said, and numbers and settings look the same in every language.
///
/// @return whether there is one; English counts
bool speak(const QLocale& locale);

}  // namespace metabatch::gui
