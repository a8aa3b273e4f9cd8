// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QString>
#include <memory>

#include "cli/program.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::test {

/// The base class of a suite that runs the program against a real server of its own.
class PgProgram {
 protected:
  /// Starts the server. The address has a password that no output may repeat.
  void begin() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
    db_ = QString("postgresql://postgres:hunter2@/postgres?host=%1").arg(QString::fromStdString(cluster_->folder()));
  }
  void end() {
    session_.reset();
    cluster_.reset();
  }
  static QJsonObject object(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  QString db_;
};

}  // namespace metabatch::test
