// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/fleet_of_numbers.hpp"
#include "pubsub/nats_cluster.hpp"
#include "service/fleet.hpp"
#include "service/replicas/metrics_page.hpp"
#include "service/replicas/roaming_watchers.hpp"
#include "service/replicas/topology.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/processes/nginx_process.hpp"

/// The third tier of docs/scaling.md: three services behind nginx, a PostgreSQL primary with a
/// streaming standby, a NATS cluster of three, and agents and watchers that reach the services
/// through nginx, which passes every request to the next one.
class Landscape {
 public:
  static constexpr std::size_t kReplicas = 3;

  /// @shape network: null: everything runs where the test runs
  Landscape(std::size_t agents, metabatch::test::Network* network);

  /// The number in the row of each agent.
  [[nodiscard]] std::vector<long> stored() { return stored_in(*session); }
  /// Waits until no row is older than this.
  [[nodiscard]] bool becomes_written(const std::vector<long>& wanted) {
    return becomes_so([&] {
      const std::vector<long> rows = stored();
      for (std::size_t i = 0; i < wanted.size(); ++i)
        if (rows.size() != wanted.size() || rows[i] < wanted[i]) return false;
      return true;
    });
  }
  /// The standby takes over. The table is UNLOGGED, so it is empty there, and the control plane
  /// registers the agents again.
  void promote();
  /// The old primary becomes the standby of the new one.
  void rebuild_standby();
  void begin_session() { session = std::make_unique<metabatch::test::PgSession>(primary().address()); }
  [[nodiscard]] metabatch::test::PgCluster& primary() { return *databases_[primary_]; }
  [[nodiscard]] metabatch::test::PgCluster& standby() { return *databases_[1 - primary_]; }
  [[nodiscard]] bool start(Serving& replica) const { return replica.start(flags_); }
  /// Whether every service listens, can publish and has said so by its metrics.
  [[nodiscard]] bool is_connected() const;

  const Places places;
  NatsCluster nats;
  std::vector<std::unique_ptr<Serving>> replicas;
  std::unique_ptr<metabatch::test::NginxProcess> balancer;
  std::unique_ptr<metabatch::test::PgSession> session;  // to the primary
  std::vector<Stage::Agent> agents;
  std::unique_ptr<FleetOfNumbers> fleet;
  std::unique_ptr<RoamingWatchers> watchers;

 private:
  [[nodiscard]] static std::vector<long> stored_in(metabatch::test::PgSession& session);
  void make_databases(std::size_t agents_wanted);
  void start_replicas();

  QTemporaryDir folder_;
  QStringList flags_;
  std::array<std::unique_ptr<metabatch::test::PgCluster>, 2> databases_;
  std::size_t primary_ = 0;
};

inline Landscape::Landscape(std::size_t agents_wanted, metabatch::test::Network* network)
    : places(network), nats(places.nats) {
  make_databases(agents_wanted);
  start_replicas();
  std::vector<std::string> servers;
  for (const auto& one : replicas) servers.push_back(one->place().address() + ":" + std::to_string(one->port()));
  balancer = std::make_unique<metabatch::test::NginxProcess>(1, balancing(servers), places.balancer);
  if (!balancer->is_running()) qFatal("nginx does not start; it is in the package nginx-light");
  std::vector<AddedAgent> reporting;
  std::vector<std::string> paths;
  for (const Stage::Agent& one : agents) {
    reporting.push_back({one.id_text(), one.token_text()});
    paths.push_back(one.path("watch-metadata"));
  }
  const metabatch::test::Visit visit = places.balancer.visit();
  fleet = std::make_unique<FleetOfNumbers>(balancer->port(), std::move(reporting), std::chrono::minutes(10));
  watchers = std::make_unique<RoamingWatchers>(balancer->port(), paths, kWatchToken);
}

inline void Landscape::make_databases(std::size_t agents_wanted) {
  using namespace metabatch;
  databases_[0] = std::make_unique<test::PgCluster>(
      std::vector<std::string>{"wal_keep_size=256MB", "max_connections=100", "shared_buffers=64MB"});
  databases_[0]->use_place(places.databases[0], test::free_port());
  databases_[0]->start();
  begin_session();
  session->run(test::create_table_sql());
  const sql::Database direct(std::get<sql::PgAddress>(sql::PgAddress::parse(primary().address())));
  if (sql::AgentCredentials::of(direct)->create_table()) qFatal("cannot make the table of agents");
  agents = register_fleet(*session, agents_wanted);
  databases_[1] = test::PgCluster::standby_of(primary(), places.databases[1], test::free_port());
  databases_[1]->start();
}

inline void Landscape::start_replicas() {
  QFile tokens(folder_.filePath("tokens"));
  if (!tokens.open(QIODevice::WriteOnly)) qFatal("cannot write a file");
  tokens.write(kWatchToken);
  tokens.close();
  flags_ = serve_flags(nats.address(), tokens.fileName());
  const QString db = QString::fromStdString(database_of(*databases_[0], *databases_[1]));
  for (std::size_t i = 0; i < kReplicas; ++i) {
    replicas.push_back(std::make_unique<Serving>(db, places.replicas[i]));
    if (!start(*replicas[i])) qFatal("a service does not start");
  }
}

inline std::vector<long> Landscape::stored_in(metabatch::test::PgSession& session) {
  std::vector<long> numbers;
  for (const auto& row : session.run("SELECT value FROM workspace_agent_metadata WHERE key = 'cpu' ORDER BY "
                                     "workspace_agent_id"))
    numbers.push_back(std::atol(row[0].c_str()));
  return numbers;
}

inline void Landscape::promote() {
  metabatch::test::PgSession(standby().address()).run("SELECT pg_promote()");
  primary_ = 1 - primary_;
  begin_session();
  (void)register_fleet(*session, agents.size());
}

inline void Landscape::rebuild_standby() {
  standby().become_standby_of(primary());
  standby().start();
}

inline bool Landscape::is_connected() const {
  for (const auto& replica : replicas)
    for (const char* const name : {"metadata_listener_connected ", "metadata_nats_connected "})
      if (metric_of(*replica, name) != 1) return false;
  return true;
}
