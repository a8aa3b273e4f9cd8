// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>

namespace metabatch::gui {

/// Shows the program in the language of `locale` if there is a translation
/// (resources/translations), else in English. Messages of a database, of libpq and of the core are
/// not translated. Numbers and settings look the same in every language.
///
/// @return whether there is a translation; English counts
bool speak(const QLocale& locale);

}  // namespace metabatch::gui
