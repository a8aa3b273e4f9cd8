// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "sql/postgres/pg_listener.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::test {

/// The number of writers that wait for a lock.
inline constexpr const char* kWriterWaits =
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'metabatch' AND wait_event_type = 'Lock'";

/// The base class of a suite of faults: a cluster, a session that listens, and a model of the
/// table.
class PgScene {
 protected:
  [[nodiscard]] sql::PgOptions options() const { return options_at(cluster_->address()); }
  /// A server of its own, and a session that listens.
  void start();
  /// A new session that listens.
  void listen_in();
  /// A new table with the rows of `agents` agents with `keys` keys; the model is of it.
  void make_table(std::size_t agents, std::size_t keys, const std::string& with = "");
  [[nodiscard]] std::string difference() const { return model_.difference(*session_); }
  void end();

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  Model model_;
};

/// Listens until the listening ends, and returns the reason.
std::string reason_of_loss(const sql::PgListenerOptions& options);

}  // namespace metabatch::test
