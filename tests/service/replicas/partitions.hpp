// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "service/replicas/cuts.hpp"
#include "service/replicas/fault.hpp"
#include "service/replicas/landscape.hpp"

/// Each part of a landscape is cut off from all others, and some from some. A cut lasts until a
/// part has felt it: the network gives no sign of it.
class Partitions {
 public:
  using Network = metabatch::test::Network;
  using Place = metabatch::test::Place;

  /// @shape here: on machines of a network
  Partitions(Landscape& here, std::mt19937& random) : here_(here), random_(random) {}

  [[nodiscard]] Faults faults() {
    Faults all;
    add_faults_of_services(all);
    add_faults_of_databases(all);
    add_faults_of_nats(all);
    return all;
  }

 private:
  static constexpr const char* kFailures = "metadata_flush_failures_total";
  static constexpr const char* kUnacknowledged = "metadata_nats_unacknowledged_total";

  void add_faults_of_services(Faults& all);
  void add_faults_of_databases(Faults& all);
  void add_faults_of_nats(Faults& all);

  [[nodiscard]] Serving& replica() { return *here_.replicas[chosen_]; }
  bool choose_replica() {
    chosen_ = random_() % here_.replicas.size();
    return true;
  }
  /// Remembers a metric of all replicas, so that grows() can be asked.
  bool note(const char* name) {
    noted_.clear();
    for (const auto& one : here_.replicas) noted_.push_back(metric_of(*one, name));
    return true;
  }
  /// It takes reports: the balancer leaves out for 10 s a replica that did not answer it in the
  /// fault before.
  [[nodiscard]] bool grows(const char* name, std::size_t number) {
    return becomes_so([&] { return metric_of(*here_.replicas[number], name) > noted_[number]; });
  }
  /// A soak waits until the pings of the replica to NATS were not answered, which takes 15 s.
  [[nodiscard]] bool has_felt_it() {
    if (soak().count() == 0) return repeats({here_.places.balancer});
    return becomes_so([this] { return metric_of(replica(), "metadata_nats_connected ") == 0; });
  }
  [[nodiscard]] bool reconnects() const {
    return becomes_so([this] { return here_.is_connected(); });
  }

  [[nodiscard]] bool settles() const { return is_settled(here_.places.balancer); }

  Landscape& here_;
  std::mt19937& random_;
  std::size_t chosen_ = 0;  // replica
  std::size_t server_ = 0;  // of NATS
  std::vector<double> noted_;
};

inline void Partitions::add_faults_of_services(Faults& all) {
  const Places& places = here_.places;
  all.push_back({.name = "a replica is cut off",
                 .begin = [this] { return choose_replica() && cut(replica().place()); },
                 .end = [this] { return has_felt_it() && join(replica().place()) && settles() && reconnects(); },
                 .keeps_everything = false});
  all.push_back(
      {.name = "a replica is cut off from the databases",
       .begin = [this,
                 &places] { return choose_replica() && note(kFailures) && cut(replica().place(), places.databases); },
       .end = [this, &places] { return join(replica().place(), places.databases); },
       .is_felt = [this] { return grows(kFailures, chosen_); }});
  all.push_back(
      {.name = "a replica is cut off from NATS",
       .begin = [this,
                 &places] { return choose_replica() && note(kUnacknowledged) && cut(replica().place(), places.nats); },
       .end = [this, &places] { return join(replica().place(), places.nats); },
       .is_felt = [this] { return grows(kUnacknowledged, chosen_); }});
  all.push_back({.name = "the balancer is cut off",
                 .begin = [&places] { return cut(places.balancer); },
                 .end = [this, &places] { return repeats({places.balancer}) && join(places.balancer) && settles(); },
                 .is_served = false});
}

inline void Partitions::add_faults_of_databases(Faults& all) {
  all.push_back({.name = "the primary is cut off",
                 .begin = [this] { return note(kFailures) && cut(here_.primary().place()); },
                 .end = [this] { return join(here_.primary().place()); },
                 .is_felt = [this] { return grows(kFailures, 0) && grows(kFailures, 1) && grows(kFailures, 2); }});
  // The old primary is ended before anybody can reach it again, as in every failover.
  all.push_back({.name = "the primary is cut off, and its standby promoted",
                 .begin =
                     [this] {
                       cut(here_.primary().place());
                       here_.session.reset();
                       return here_.promote(), true;
                     },
                 .end =
                     [this] {
                       const bool is_found = here_.becomes_written(here_.fleet->acknowledged());
                       here_.standby().stop(metabatch::test::PgCluster::Stop::kill);
                       join(here_.standby().place());
                       here_.rebuild_standby();
                       return is_found;
                     },
                 .keeps_everything = false});
  all.push_back({.name = "the standby is cut off",
                 .begin =
                     [&here = here_] {
                       return connects(here.primary().place(), here.standby().place()) && cut(here.standby().place());
                     },
                 .end = [this] { return repeats({here_.primary().place()}) && join(here_.standby().place()); }});
}

inline void Partitions::add_faults_of_nats(Faults& all) {
  const std::vector<Place>& servers = here_.places.nats;
  all.push_back(
      {.name = "a NATS server is cut off",
       .begin =
           [this, &servers] {
             choose_replica();
             const auto used = std::find_if(servers.begin(), servers.end(),
                                            [this](const Place& one) { return is_peer(replica().place(), one); });
             if (used == servers.end()) return false;
             server_ = static_cast<std::size_t>(used - servers.begin());
             return cut(*used);
           },
       .end = [this, &servers] { return repeats({replica().place()}, &servers[server_]) && join(servers[server_]); }});
  const auto for_pairs = [&servers](void (*change)(const Place&, const Place&)) {
    for (std::size_t i = 0; i < servers.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) change(servers[i], servers[j]);
    return true;
  };
  all.push_back({.name = "the NATS servers are cut off from each other",
                 .begin = [=] { return for_pairs(&Network::cut); },
                 .end =
                     [=, this, &servers] {
                       const bool is_felt = in_use(servers, here_.places.replicas) < 2 || repeats(servers);
                       return for_pairs(&Network::join) && is_felt;
                     }});
}
