// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/language.hpp"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>

// The macro must not stand in a namespace.
static void openTranslations() { Q_INIT_RESOURCE(translations); }

namespace metabatch::gui {
namespace {

// Qt's own words on buttons, for machines without Qt's translations.
[[maybe_unused]] constexpr const char* kButtons[] = {
    QT_TRANSLATE_NOOP("QPlatformTheme", "OK"),     QT_TRANSLATE_NOOP("QPlatformTheme", "Save"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Open"),   QT_TRANSLATE_NOOP("QPlatformTheme", "&Yes"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "&No"),    QT_TRANSLATE_NOOP("QPlatformTheme", "Close"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Cancel"), QT_TRANSLATE_NOOP("QPlatformTheme", "Discard"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Apply")};

QTranslator& ours() {
  static QTranslator translator;
  return translator;
}

QTranslator& ofQt() {  // the buttons of its dialogs, where these translations are installed
  static QTranslator translator;
  return translator;
}

}  // namespace

bool speak(const QLocale& locale) {
  openTranslations();
  QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));  // numbers in fields, as everywhere else
  for (QTranslator* const translator : {&ours(), &ofQt()}) QCoreApplication::removeTranslator(translator);
  if (locale.language() == QLocale::English || locale.language() == QLocale::C) return true;
  if (!ours().load(locale, "metabatch", "_", ":/i18n")) return false;
  QCoreApplication::installTranslator(&ours());
  if (ofQt().load(locale, "qtbase", "_", QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
    QCoreApplication::installTranslator(&ofQt());
  return true;
}

}  // namespace metabatch::gui
