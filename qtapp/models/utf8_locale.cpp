// SPDX-License-Identifier: Apache-2.0
#include "models/utf8_locale.hpp"

#include <langinfo.h>

#include <QByteArray>
#include <QtGlobal>
#include <clocale>
#include <cstring>

namespace metabatch::models {
namespace {

/// What LC_ALL stands for, but for the encoding. locale(7)
constexpr const char* kCategories[] = {"LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"};

}  // namespace

void useUtf8Locale() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0) return;
  if (const QByteArray all = qgetenv("LC_ALL"); !all.isEmpty()) {
    for (const char* const category : kCategories) qputenv(category, all);
    qunsetenv("LC_ALL");
  }
  qputenv("LC_CTYPE", "C.UTF-8");
  if (std::setlocale(LC_ALL, "") == nullptr) qputenv("LC_ALL", "C.UTF-8");  // what is named is not installed
}

}  // namespace metabatch::models
