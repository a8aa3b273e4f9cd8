// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <unistd.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "sql/sqlite/query_rows.hpp"

/// The real program with a home folder and a database file of its own.
class Program {
 public:
  struct Ended {
    int status = -1;
    QByteArray out;
    QByteArray err;
  };

  Program() {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString& name : environment.keys())
      if (name.startsWith("METABATCH_") || name.startsWith("XDG_")) environment.remove(name);
    environment.insert("METABATCH_DRAIN_GRACE", "0s");  // no balance is checked between the programs of a test
    environment.insert("HOME", home.path());
    process.setProcessEnvironment(environment);
  }
  ~Program() {
    if (process.state() == QProcess::NotRunning) return;
    process.kill();
    process.waitForFinished();
  }

  void set(const QString& name, const QString& value) {
    QProcessEnvironment environment = process.processEnvironment();
    environment.insert(name, value);
    process.setProcessEnvironment(environment);
  }
  void start(const QStringList& arguments) { process.start(executable, arguments); }
  Ended end() {
    process.closeWriteChannel();
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(60'000)) return {};
    const int status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    return {status, seen_out + process.readAllStandardOutput(), seen_err + process.readAllStandardError()};
  }
  Ended run(const QStringList& arguments, const QByteArray& input = {}) {
    start(arguments);
    process.write(input);
    return end();
  }
  /// Waits until the program has printed this on stderr.
  bool hasSaid(const QByteArray& words) {
    process.setReadChannel(QProcess::StandardError);
    while (!seen_err.contains(words)) {
      if (process.bytesAvailable() == 0 && !process.waitForReadyRead(60'000)) return false;
      seen_err += process.readAllStandardError();
    }
    return true;
  }
  void signal(int number) const { ::kill(static_cast<pid_t>(process.processId()), number); }

  [[nodiscard]] QString file() const { return home.filePath("m.db"); }
  [[nodiscard]] QString db() const { return "sqlite:" + file(); }

  QTemporaryDir home;
  QString executable = METABATCH_PROGRAM;
  QProcess process;
  QByteArray seen_out;
  QByteArray seen_err;
};

/// Another connection to the file.
class Rows {
 public:
  explicit Rows(const QString& file) : name_("rows") {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", name_);
    database.setDatabaseName(file);
    database.open();
  }
  ~Rows() { QSqlDatabase::removeDatabase(name_); }
  QStringList of(const QString& text) const { return metabatch::tests::rows_of(QSqlDatabase::database(name_), text); }

 private:
  QString name_;
};
