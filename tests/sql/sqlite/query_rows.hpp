// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QStringList>

namespace metabatch::tests {

/// Each row as its columns with `|` between them; the error when the statement fails.
inline QStringList rows_of(const QSqlDatabase& database, const QString& text) {
  QSqlQuery query(database);
  if (!query.exec(text)) return {query.lastError().text()};
  QStringList found;
  while (query.next()) {
    QStringList columns;
    for (int i = 0; i < query.record().count(); ++i) columns += query.value(i).toString();
    found += columns.join('|');
  }
  return found;
}

}  // namespace metabatch::tests
