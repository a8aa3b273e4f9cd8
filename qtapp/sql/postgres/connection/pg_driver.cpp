// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_driver.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QThread>
#include <QVariant>
#include <memory>
#include <mutex>
#include <thread>

namespace metabatch::sql {
namespace {

/// What the two threads share.
struct Opening {
  ~Opening() { ::close(done_fd); }
  const int done_fd = ::eventfd(0, EFD_CLOEXEC);
  std::mutex mutex;
  bool is_abandoned = false;  // mutex
  bool is_done = false;       // mutex
  PgOpened result;            // mutex
};

QString quoted(const std::string& value) {
  QString text = QString::fromStdString(value);
  text.replace('\\', "\\\\").replace('\'', "\\'");
  return "'" + text + "'";
}

QSqlDatabase described(const std::string& name, const PgAddress& address) {
  QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QPSQL"), QString::fromStdString(name));
  QStringList options;
  for (const auto& [keyword, value] : address.values()) {
    if (keyword == "host")
      database.setHostName(QString::fromStdString(value));
    else if (keyword == "dbname")
      database.setDatabaseName(QString::fromStdString(value));
    else if (keyword == "user")
      database.setUserName(QString::fromStdString(value));
    else if (keyword == "password")
      database.setPassword(QString::fromStdString(value));
    else
      options += QString::fromStdString(keyword) + "=" + quoted(value);
  }
  database.setConnectOptions(options.join(' '));
  return database;
}

/// The driver's handle; nullptr when this is not the driver we know.
PGconn* handle_of(const QSqlDatabase& database) {
  const QVariant handle = database.driver()->handle();
  if (!handle.isValid() || qstrcmp(handle.typeName(), "pg_conn*") != 0) return nullptr;
  return *static_cast<PGconn* const*>(handle.data());
}

void open_on_this_thread(Opening& opening, const std::string& name, const PgAddress& address, QThread* home) {
  PgOpened result;
  QSqlDriver* driver = nullptr;
  {
    QSqlDatabase database = described(name, address);
    driver = database.driver();
    if (!database.isValid())
      result.message = "the Qt driver for PostgreSQL is missing; install libqt6sql6-psql";
    else if (database.open())
      result.handle = handle_of(database);
    if (result.handle == nullptr && result.message.empty())
      result.message = database.lastError().databaseText().trimmed().toStdString();
  }
  const std::lock_guard lock(opening.mutex);
  if (result.handle == nullptr || opening.is_abandoned)
    close_driver(name);
  else
    driver->moveToThread(home);
  opening.result = std::move(result);
  opening.is_done = true;
  ::eventfd_write(opening.done_fd, 1);
}

}  // namespace

PgOpened open_driver(const std::string& name, const PgAddress& address, int limit_ms, int wake_fd) {
  for (const auto& [keyword, value] : address.values())
    if (keyword != "host" && keyword != "dbname" && keyword != "user" && keyword != "password" &&
        value.find(';') != std::string::npos)
      return {nullptr, "the setting " + keyword + " holds a ';', which cannot be handed on; use a service file for it"};
  const auto opening = std::make_shared<Opening>();
  std::thread([opening, name, address, home = QThread::currentThread()] {
    open_on_this_thread(*opening, name, address, home);
  }).detach();
  pollfd watched[] = {{.fd = opening->done_fd, .events = POLLIN, .revents = 0},
                      {.fd = wake_fd, .events = POLLIN, .revents = 0}};
  while (::poll(watched, 2, limit_ms) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(opening->mutex);
  if (opening->is_done) return opening->result;
  opening->is_abandoned = true;
  return {nullptr, "no answer", true};
}

void close_driver(const std::string& name) { QSqlDatabase::removeDatabase(QString::fromStdString(name)); }

}  // namespace metabatch::sql
