// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "service/replicas/fault.hpp"
#include "service/replicas/landscape.hpp"

/// Each part of a landscape is killed, stopped and restarted, and the standby promoted.
class KillsAndStops {
 public:
  KillsAndStops(Landscape& here, std::mt19937& random) : here_(here), random_(random) {}

  [[nodiscard]] Faults faults() {
    Faults all;
    add_faults_of_replicas(all);
    add_faults_of_databases(all);
    add_faults_of_nats(all);
    return all;
  }
  /// It ended when it was asked to. 3: some entries had no row while the table was empty.
  [[nodiscard]] static bool ends_well(Serving& replica) {
    const auto ended = replica.stop();
    const bool is_well = ended.status == 0 || ended.status == 3;
    if (!is_well) qWarning("a replica ended with %d:\n%s", ended.status, ended.err.constData());
    return is_well;
  }

 private:
  void add_faults_of_replicas(Faults& all);
  void add_faults_of_databases(Faults& all);
  void add_faults_of_nats(Faults& all);
  std::size_t any(std::size_t count) { return random_() % count; }

  Landscape& here_;
  std::mt19937& random_;
  std::size_t chosen_ = 0;  // of a kind of part, for the fault that has begun
};

inline void KillsAndStops::add_faults_of_replicas(Faults& all) {
  Landscape& here = here_;
  const auto replica = [this, &here]() -> Serving& { return *here.replicas[chosen_]; };
  const auto choose = [this] { chosen_ = any(Landscape::kReplicas); };
  all.push_back({.name = "a replica is killed",
                 .begin = [=] { return choose(), replica().kill(), true; },
                 .end = [=, &here] { return here.start(replica()); },
                 .keeps_everything = false});
  all.push_back({.name = "a replica is restarted",
                 .begin = [=, this] { return choose(), ends_well(replica()); },
                 .end = [=, &here] { return here.start(replica()); }});
  all.push_back({.name = "a replica is stopped",
                 .begin = [=] { return choose(), replica().freeze(), true; },
                 .end =
                     [=, &here] {
                       replica().thaw();
                       return becomes_so([&] { return here.is_connected(); });
                     }});
  all.push_back({.name = "the balancer is killed",
                 .begin = [&here] { return here.balancer->kill(), true; },
                 .end = [&here] { return here.balancer->start(), here.balancer->is_running(); },
                 .is_served = false});
  all.push_back({.name = "the balancer is stopped",
                 .begin = [&here] { return here.balancer->freeze(), true; },
                 .end = [&here] { return here.balancer->thaw(), true; },
                 .is_served = false});
}

inline void KillsAndStops::add_faults_of_databases(Faults& all) {
  Landscape& here = here_;
  all.push_back({.name = "the primary is stopped",
                 .begin = [&here] { return here.primary().freeze(), true; },
                 .end = [&here] { return here.primary().thaw(), true; }});
  all.push_back({.name = "the primary is restarted",
                 .begin =
                     [&here] {
                       here.session.reset();
                       here.primary().stop();
                       return true;
                     },
                 .end =
                     [&here] {
                       here.primary().start();
                       here.begin_session();
                       return true;
                     }});
  all.push_back({.name = "the primary is killed, and its standby promoted",
                 .begin =
                     [&here] {
                       here.session.reset();
                       here.primary().stop(metabatch::test::PgCluster::Stop::kill);
                       here.promote();
                       return true;
                     },
                 .end = [&here] { return here.rebuild_standby(), true; },
                 .keeps_everything = false});
  all.push_back({.name = "the standby is stopped",
                 .begin = [&here] { return here.standby().freeze(), true; },
                 .end = [&here] { return here.standby().thaw(), true; }});
  all.push_back({.name = "the standby is killed",
                 .begin = [&here] { return here.standby().stop(metabatch::test::PgCluster::Stop::kill), true; },
                 .end = [&here] { return here.standby().start(), true; }});
}

inline void KillsAndStops::add_faults_of_nats(Faults& all) {
  Landscape& here = here_;
  const auto server = [this, &here]() -> NatsServer& { return here.nats[chosen_]; };
  const auto choose = [this, &here] { chosen_ = any(here.nats.size()); };
  all.push_back({.name = "a NATS server is killed",
                 .begin = [=] { return choose(), server().kill(), true; },
                 .end = [=] { return server().start(), true; }});
  all.push_back({.name = "a NATS server is stopped",
                 .begin = [=] { return choose(), server().stop(), true; },
                 .end = [=] { return server().go_on(), true; }});
  // What is published meanwhile waits in the publishers, and reaches nobody who connects later: the
  // watchers see it only because they are read again.
  all.push_back({.name = "all NATS servers are killed",
                 .begin =
                     [&here] {
                       for (std::size_t i = 0; i < here.nats.size(); ++i) here.nats[i].kill();
                       return true;
                     },
                 .end =
                     [&here] {
                       for (std::size_t i = 0; i < here.nats.size(); ++i) here.nats[i].start();
                       return true;
                     }});
}
