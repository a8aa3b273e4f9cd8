// SPDX-License-Identifier: Apache-2.0
#include "sql/row_reader.hpp"

#include <libpq-fe.h>

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>
#include <charconv>
#include <optional>
#include <span>

#include "sql/sqlite/sqlite_connection.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr Duration kReadLimit = std::chrono::seconds(5);
constexpr PgStatement kPage = {"metabatch_page", statements::pg_rows_page};
constexpr PgStatement kPageByAge = {"metabatch_page_by_age", statements::pg_rows_page_by_age};
constexpr PgStatement kCount = {"metabatch_count_rows", statements::pg_rows_count};

std::string text_of(const pg_result* result, int row, int column) {
  return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

std::int64_t number_of(const pg_result* result, int row, int column) {
  const std::string text = text_of(result, row, column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// 1: the oldest first.
int direction_of(RowOrder order) { return order == RowOrder::newest_first ? -1 : 1; }

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
    const bool is_by_age = wanted.order != RowOrder::by_agent;
    QSqlQuery query(QSqlDatabase::database(name, false));
    if (const auto failure =
            run(query, is_by_age ? statements::sqlite_page_rows_by_age : statements::sqlite_page_rows, [&] {
              query.bindValue(":filter", QString::fromStdString(wanted.filter));
              query.bindValue(":count", static_cast<qlonglong>(wanted.count));
              query.bindValue(":from", static_cast<qlonglong>(wanted.from));
              if (is_by_age) query.bindValue(":direction", direction_of(wanted.order));
            }))
      return *failure;
    std::vector<TableRow> rows;
    while (query.next())
      rows.push_back({query.value(0).toString().toStdString(), query.value(1).toString().toStdString(),
                      query.value(2).toString().toStdString(), query.value(3).toString().toStdString(),
                      time_of(query.value(4).toLongLong())});
    return rows;
  }

  [[nodiscard]] std::variant<RowTotals, DatabaseFailure> count(const std::string& filter) const {
    QSqlQuery query(QSqlDatabase::database(name, false));
    if (const auto failure = run(query, statements::sqlite_count_rows, [&] {
          query.bindValue(":filter", QString::fromStdString(filter));
          query.bindValue(":count", static_cast<qlonglong>(RowTotals::kMost));
        }))
      return *failure;
    query.next();
    return RowTotals{static_cast<std::size_t>(query.value(0).toLongLong()),
                     static_cast<std::size_t>(query.value(1).toLongLong())};
  }

  /// Runs the statement with the values that `bind` gives it.
  template <class Bind>
  [[nodiscard]] std::optional<DatabaseFailure> run(QSqlQuery& query, const char* statement, Bind bind) const {
    const QSqlDatabase database = QSqlDatabase::database(name, false);
    if (!database.isOpen())
      return DatabaseFailure{FailureClass::connection, "", database.lastError().text().toStdString()};
    query.setForwardOnly(true);
    const bool is_prepared = query.prepare(QString::fromUtf8(statement));
    bind();
    if (is_prepared && query.exec()) return std::nullopt;
    return DatabaseFailure{FailureClass::other, "", query.lastError().text().toStdString()};
  }

  const QString name;
};

RowReader::RowReader(Database database)
    : database_(std::move(database)),
      postgres_(database_.postgres() == nullptr
                    ? nullptr
                    : std::make_unique<PgConnection>(*database_.postgres(),
                                                     PgTimeouts{.statement = kReadLimit, .lock = kReadLimit})) {}
RowReader::~RowReader() = default;

std::variant<std::vector<TableRow>, DatabaseFailure> RowReader::read(const RowQuery& query) {
  if (postgres_) return read_postgres(query);
  return sqlite().read(query);
}

std::variant<RowTotals, DatabaseFailure> RowReader::count(const std::string& filter) {
  if (postgres_) return count_postgres(filter);
  return sqlite().count(filter);
}

RowReader::Sqlite& RowReader::sqlite() {
  if (!sqlite_) sqlite_ = std::make_unique<Sqlite>(*database_.sqlite_file());
  return *sqlite_;
}

void RowReader::cancel() noexcept {
  is_cancelled_ = true;
  if (postgres_) postgres_->cancel();
}

std::variant<std::vector<TableRow>, DatabaseFailure> RowReader::read_postgres(const RowQuery& query) {
  postgres_->arm(kReadLimit * 2);
  if (is_cancelled_) return DatabaseFailure{FailureClass::timeout, "", "cancelled"};  // before arm(), which forgets it
  const std::string count = std::to_string(query.count), from = std::to_string(query.from);
  const std::string direction = std::to_string(direction_of(query.order));
  const PgParameter parameters[] = {{query.filter}, {count}, {from}, {direction}};
  const bool is_by_age = query.order != RowOrder::by_agent;
  const PgStep steps[] = {{is_by_age ? &kPageByAge : &kPage, std::span(parameters).first(is_by_age ? 4 : 3)}};
  const PgAnswer answer = postgres_->run(steps);
  if (answer.failure) return *answer.failure;
  const pg_result* const result = answer.results[0].get();
  std::vector<TableRow> rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    rows.push_back({text_of(result, row, 0), text_of(result, row, 1), text_of(result, row, 2), text_of(result, row, 3),
                    time_of(number_of(result, row, 4))});
  }
  return rows;
}

std::variant<RowTotals, DatabaseFailure> RowReader::count_postgres(const std::string& filter) {
  postgres_->arm(kReadLimit * 2);
  if (is_cancelled_) return DatabaseFailure{FailureClass::timeout, "", "cancelled"};  // before arm(), which forgets it
  const std::string most = std::to_string(RowTotals::kMost);
  const PgParameter parameters[] = {{filter}, {most}};
  const PgStep steps[] = {{&kCount, parameters}};
  const PgAnswer answer = postgres_->run(steps);
  if (answer.failure) return *answer.failure;
  const pg_result* const result = answer.results[0].get();
  return RowTotals{static_cast<std::size_t>(number_of(result, 0, 0)),
                   static_cast<std::size_t>(number_of(result, 0, 1))};
}

}  // namespace metabatch::sql
