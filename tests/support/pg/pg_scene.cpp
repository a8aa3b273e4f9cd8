// SPDX-License-Identifier: Apache-2.0
#include "support/pg/pg_scene.hpp"

namespace metabatch::test {

void PgScene::start() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  listen_in();
}

void PgScene::listen_in() {
  session_ = std::make_unique<PgSession>(cluster_->address());
  session_->run("LISTEN workspace_agent_metadata_batch");
}

void PgScene::make_table(std::size_t agents, std::size_t keys, const std::string& with) {
  session_->run("DROP TABLE IF EXISTS workspace_agent_metadata");
  session_->run(create_table_sql(with));
  register_rows(*session_, agents, keys);
  model_.clear();
  model_.insert_rows(agents, keys);
}

void PgScene::end() {
  session_.reset();
  cluster_.reset();
}

std::string reason_of_loss(const sql::PgListenerOptions& options) {
  std::string why;
  sql::PgListener* running = nullptr;
  sql::PgListenerEvents events;
  events.on_lost = [&](const sql::DatabaseFailure& failure, Duration) {
    why = failure.message;
    running->stop();
  };
  sql::PgListener listener(options, events);
  running = &listener;
  listener.run();
  return why;
}

}  // namespace metabatch::test
