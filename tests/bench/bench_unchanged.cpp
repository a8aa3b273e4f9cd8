// SPDX-License-Identifier: Apache-2.0
// `./dev bench unchanged`: a fleet of which 80 % of the values repeat, with and without
// suppress_unchanged in turn on one private PostgreSQL server: the rows that the server updates,
// and what adding costs while flushes are under way. Medians of rounds, ratios taken within each
// round.
#include <QCoreApplication>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/rng.hpp"
#include "bench_pg_ground.hpp"
#include "bench_pg_rows.hpp"
#include "engine/lanes.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAgents = 600;
constexpr std::uint32_t kChanges = 200'000;  // of a million values of a report
constexpr double kMostRows = 0.25;           // of the rows without
constexpr double kLeastAdding = 0.9;         // of the speed without

struct Options {
  int rounds = 7;
  std::size_t passes = 40;  // reports of each agent in a round; the first one is always written
};

/// Reports of all agents in turn. Each value changes by chance; otherwise it is the one before.
class RepeatingFleet {
 public:
  explicit RepeatingFleet(Ground& ground)
      : agents_(ground.agents()), keys_(ground.next_report().keys), versions_(agents_.size() * kKeys) {}
  void report_all(engine::Lanes& lanes) {
    std::vector<std::string> texts(kKeys);
    for (std::size_t agent = 0; agent < agents_.size(); ++agent) {
      std::vector<std::string_view> values;
      for (std::size_t key = 0; key < kKeys; ++key) {
        std::uint64_t& version = versions_[agent * kKeys + key];
        if (rng_.chance(kChanges)) ++version;
        texts[key].assign("value ").append(std::to_string(version));
        values.push_back(texts[key]);
      }
      const std::vector<WallTime> stamps(kKeys, WallTime(std::chrono::microseconds(++stamp_)));
      const std::uint64_t before = processor_time_of_thread();
      (void)lanes.add({agents_[agent], keys_, values, errors_, stamps});
      adding_ += processor_time_of_thread() - before;
    }
  }
  /// Processor time spent in adding since the last call, in ns.
  std::uint64_t adding() { return std::exchange(adding_, 0); }

 private:
  const std::vector<Uuid> agents_;
  const std::span<const std::string_view> keys_;  // the ground's
  std::vector<std::uint64_t> versions_;
  const std::vector<std::string_view> errors_ = std::vector<std::string_view>(kKeys, "");
  Rng rng_{1};
  std::int64_t stamp_ = 1'800'000'000'000'000;
  std::uint64_t adding_ = 0;
};

struct Seen {
  double rows = 0;       // updated by the server, of those that were offered
  double adding_ns = 0;  // an update
  double wall_s = 0;
};

/// Every pass is written before the next one begins, so nothing is coalesced.
Seen measure(Ground& ground, RepeatingFleet& fleet, Duration suppress, std::size_t passes) {
  const Ground::Table before = ground.table();
  const auto began = SteadyClock::now();
  sql::PgStore store(test::options_at(ground.address()));
  engine::Store* const stores[] = {&store};
  Config config;
  config.interval = std::chrono::hours(1);
  config.suppress_unchanged = suppress;
  const auto lanes = std::move(engine::Lanes::create(validated(config).value(), stores, {}).value());
  (void)fleet.adding();
  for (std::size_t pass = 0; pass < passes; ++pass) {
    fleet.report_all(*lanes);
    lanes->flush_now();
    while (lanes->snapshot().counters.held() > 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  const auto updates = static_cast<double>(passes * kAgents * kKeys);
  const double adding = static_cast<double>(fleet.adding()) / updates;
  const std::chrono::duration<double> took = SteadyClock::now() - began;
  lanes->close();
  store.stop();
  return {static_cast<double>(ground.table().updates - before.updates) / updates, adding, took.count()};
}

double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

void run(const Options& options) {
  test::PgCluster cluster({"shared_buffers=512MB", "max_wal_size=4GB"});
  cluster.start();
  Ground ground(cluster, "unchanged", kAgents, 60);
  RepeatingFleet fleet(ground);
  (void)measure(ground, fleet, {}, 4);
  std::printf("%-10s %10s %14s %10s\n", "", "rows", "ns an add", "seconds");
  std::vector<double> rows, adding;
  for (int round = 0; round < options.rounds; ++round) {
    const Seen without = measure(ground, fleet, {}, options.passes);
    const Seen with = measure(ground, fleet, std::chrono::minutes(10), options.passes);
    std::printf("%-10s %10.3f %14.0f %10.2f\n", "all", without.rows, without.adding_ns, without.wall_s);
    std::printf("%-10s %10.3f %14.0f %10.2f\n", "suppressed", with.rows, with.adding_ns, with.wall_s);
    std::fflush(stdout);
    rows.push_back(with.rows / without.rows);
    adding.push_back(without.adding_ns / with.adding_ns);
  }
  Verdicts verdicts;
  verdicts.add("rows that the server updates, of those without", Verdicts::Kind::at_most, kMostRows, median(rows), "x");
  verdicts.add("adding, of its speed without", Verdicts::Kind::at_least, kLeastAdding, median(adding), "x");
  verdicts.print();
}

}  // namespace
}  // namespace metabatch::bench

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);  // the database driver needs one
  metabatch::bench::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rounds") == 0) options.rounds = std::max(1, std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--passes") == 0)
      options.passes = static_cast<std::size_t>(std::max(1, std::atoi(argv[i + 1])));
  }
  if (argc % 2 == 0) {
    std::fprintf(stderr, "usage: metabatch-bench-unchanged [--rounds N] [--passes N]\n");
    return 2;
  }
  metabatch::bench::run(options);
}
