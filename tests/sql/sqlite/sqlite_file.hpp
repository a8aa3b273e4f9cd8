// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/sqlite/query_rows.hpp"
#include "sql/sqlite/sqlite_store.hpp"

using Fates = std::vector<metabatch::Fate>;

inline metabatch::Uuid agent(std::uint8_t number) {
  metabatch::Uuid id;
  id.bytes[15] = number;
  return id;
}

inline metabatch::WallTime at(std::int64_t microseconds) {
  return metabatch::WallTime(std::chrono::microseconds(microseconds));
}

/// Another program with the same file: plain SQL on a connection of its own.
class Other {
 public:
  explicit Other(const QString& file) : database_(QSqlDatabase::addDatabase("QSQLITE", name())) {
    database_.setDatabaseName(file);
    database_.open();
  }
  ~Other() {
    const QString mine = database_.connectionName();
    database_ = {};
    QSqlDatabase::removeDatabase(mine);
  }
  void run(const QString& text) {
    QSqlQuery query(database_);
    if (!query.exec(text)) qFatal("%s: %s", qPrintable(text), qPrintable(query.lastError().text()));
  }
  QStringList rows(const QString& text) { return metabatch::tests::rows_of(database_, text); }
  QStringList values() {
    return rows(
        "SELECT substr(workspace_agent_id, -2), key, value, error, collected_at FROM workspace_agent_metadata "
        "ORDER BY workspace_agent_id, key");
  }

 private:
  static QString name() {
    static int last = 0;
    return QString("other-%1").arg(++last);
  }
  QSqlDatabase database_;
};

/// A suite in which each test has a file in a folder of its own. Derived classes call makeFile() in
/// init() and removeFile() in cleanup().
class SqliteSuite : public QObject {
 protected:
  void makeFile() {
    dir_.emplace();
    QFile(dir_->path()).setPermissions(QFile::Permissions(0x7777));
  }
  void removeFile() { dir_.reset(); }

  void registerRows(std::initializer_list<int> agents, std::vector<std::string_view> keys) const {
    std::vector<metabatch::Uuid> ids;
    for (const int one : agents) ids.push_back(agent(static_cast<std::uint8_t>(one)));
    const auto done = metabatch::sql::register_agents(path().toStdString(), ids, keys);
    QVERIFY(std::holds_alternative<std::size_t>(done));
    QCOMPARE(std::get<std::size_t>(done), ids.size() * keys.size());
  }
  [[nodiscard]] QString folder() const { return dir_->path(); }
  [[nodiscard]] QString path(const QString& name = "m.db") const { return dir_->filePath(name); }
  [[nodiscard]] metabatch::sql::SqliteOptions options(metabatch::Duration wait = {}) const {
    return {.file = path().toStdString(), .busy_timeout = wait};
  }

 private:
  std::optional<QTemporaryDir> dir_;
};
