// SPDX-License-Identifier: Apache-2.0
#include "sql/row_reader.hpp"

#include <libpq-fe.h>

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>
#include <charconv>

#include "sql/sqlite/sqlite_connection.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);
constexpr PgStatement kPage = {"metabatch_page", statements::pg_page_rows};

std::string text_of(const pg_result* result, int row, int column) {
  return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

WallTime time_of(std::int64_t microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }

}  // namespace

/// A connection that can neither write nor create the file.
struct RowReader::Sqlite {
  explicit Sqlite(const std::string& file) : name("rows-" + QUuid::createUuid().toString(QUuid::WithoutBraces)) {
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    database.setDatabaseName(SqliteConnection::uri_of(file, "mode=ro"));
    database.setConnectOptions(QStringLiteral("QSQLITE_OPEN_URI;QSQLITE_OPEN_READONLY;QSQLITE_BUSY_TIMEOUT=2000"));
    database.open();
  }
  ~Sqlite() { QSqlDatabase::removeDatabase(name); }

  [[nodiscard]] std::variant<std::vector<TableRow>, DatabaseFailure> read(const RowQuery& wanted) const {
    QSqlDatabase database = QSqlDatabase::database(name, false);
    if (!database.isOpen())
      return DatabaseFailure{FailureClass::connection, "", database.lastError().text().toStdString()};
    QSqlQuery query(database);
    query.setForwardOnly(true);
    const bool is_prepared = query.prepare(QString::fromUtf8(statements::sqlite_page_rows));
    query.bindValue(":filter", QString::fromStdString(wanted.filter));
    query.bindValue(":count", static_cast<qlonglong>(wanted.count));
    query.bindValue(":from", static_cast<qlonglong>(wanted.from));
    if (!is_prepared || !query.exec())
      return DatabaseFailure{FailureClass::other, "", query.lastError().text().toStdString()};
    std::vector<TableRow> rows;
    while (query.next())
      rows.push_back({query.value(0).toString().toStdString(), query.value(1).toString().toStdString(),
                      query.value(2).toString().toStdString(), query.value(3).toString().toStdString(),
                      time_of(query.value(4).toLongLong())});
    return rows;
  }

  const QString name;
};

RowReader::RowReader(Database database)
    : database_(std::move(database)),
      postgres_(database_.postgres() == nullptr
                    ? nullptr
                    : std::make_unique<PgConnection>(*database_.postgres(),
                                                     PgTimeouts{.statement = kPatience, .lock = kPatience})) {}
RowReader::~RowReader() = default;

std::variant<std::vector<TableRow>, DatabaseFailure> RowReader::read(const RowQuery& query) {
  if (postgres_) return read_postgres(query);
  if (!sqlite_) sqlite_ = std::make_unique<Sqlite>(*database_.sqlite_file());
  return sqlite_->read(query);
}

void RowReader::cancel() noexcept {
  is_cancelled_ = true;
  if (postgres_) postgres_->cancel();
}

std::variant<std::vector<TableRow>, DatabaseFailure> RowReader::read_postgres(const RowQuery& query) {
  postgres_->arm(kPatience * 2);
  if (is_cancelled_) return DatabaseFailure{FailureClass::timeout, "", "cancelled"};  // before arm(), which forgets it
  const std::string count = std::to_string(query.count), from = std::to_string(query.from);
  const PgParameter parameters[] = {{query.filter}, {count}, {from}};
  const PgStep steps[] = {{&kPage, parameters}};
  const PgAnswer answer = postgres_->run(steps);
  if (answer.failure) return *answer.failure;
  const pg_result* const result = answer.results[0].get();
  std::vector<TableRow> rows;
  for (int row = 0; row < PQntuples(result); ++row) {
    const std::string time = text_of(result, row, 4);
    std::int64_t microseconds = 0;
    std::from_chars(time.data(), time.data() + time.size(), microseconds);
    rows.push_back({text_of(result, row, 0), text_of(result, row, 1), text_of(result, row, 2), text_of(result, row, 3),
                    time_of(microseconds)});
  }
  return rows;
}

}  // namespace metabatch::sql
