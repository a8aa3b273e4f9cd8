// SPDX-License-Identifier: Apache-2.0
// `./dev bench pg`: ways to write flushes, one after the other and round after round on one private
// server, because the speed of a machine drifts: read the ratios. `ratio` is of the clock;
// `lighter` is of the server's processor time, which suffers less where others use the machine;
// `calm` is the fastest tenth of the flushes (of writers: the best round), which suffers least.
// Medians of rounds, ratios taken within each round against the first line.
#include <sys/utsname.h>

#include <QCoreApplication>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <thread>

#include "bench_pg_forms.hpp"
#include "bench_pg_ground.hpp"
#include "bench_pg_rows.hpp"
#include "engine/lanes.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  int rounds = 7;
  std::chrono::milliseconds turn{400};  // of one form in one round
  bool is_quick = false;                // without the passes over the whole table
};

/// What a turn writes: no two flushes share an agent; at most half of the table, and no more than
/// the turn can write.
std::vector<Work> plan_turn(Ground& ground, std::size_t agents, std::chrono::nanoseconds length) {
  const std::size_t rows = agents * kKeys, most = static_cast<std::size_t>(length.count() / 1500) / rows + 1;
  std::vector<Work> works(std::clamp(ground.agents().size() / 2 / agents, std::size_t{1}, most));
  for (Work& work : works) ground.next(agents, work);
  return works;
}

Turn take_turn(Form& form, Ground& ground, std::size_t agents, std::chrono::nanoseconds length) {
  Work first;
  ground.next(agents, first);
  form.prepare({&first, 1});
  form.flush(first, 0);  // the first one opens the connection
  const int backend = form.backend();
  std::chrono::nanoseconds spent{0};
  std::uint64_t server = 0, client = 0, rows = 0;
  std::vector<double> flushes;
  std::vector<Work> works;
  for (std::size_t number = 0; spent < length; ++number) {
    if (number == works.size()) {
      works = plan_turn(ground, agents, length - spent);
      form.prepare(works);
      number = 0;
    }
    const Work& work = works[number];
    const std::uint64_t server_before = processor_time_of(backend), client_before = processor_time_of_thread();
    const auto began = SteadyClock::now();
    form.flush(work, number);
    const std::chrono::nanoseconds took = SteadyClock::now() - began;
    spent += took;
    flushes.push_back(static_cast<double>(took.count()) / 1e3 / static_cast<double>(work.entries.size()));
    client += processor_time_of_thread() - client_before;
    server += processor_time_of(backend) - server_before;
    rows += work.entries.size();
  }
  const double all = static_cast<double>(rows);
  return {all * 1e6 / static_cast<double>(spent.count()), static_cast<double>(server) / 1e3 / all,
          static_cast<double>(client) / 1e3 / all, flushes};
}

struct Competitor {
  std::string name;
  Ground* ground;
  std::unique_ptr<Form> form;
  Row row;
};

/// A case: what is written, and its bound (0: none, it is only reported).
struct Case {
  std::string title;
  std::size_t agents;  // of a flush
  double faster;       // than the origin's form
  bool is_bound;       // is the server's processor time?
};

void judge(const Case& one, const std::vector<Competitor>& all, Verdicts& verdicts) {
  using Kind = Verdicts::Kind;
  const Row &origin = all[0].row, &store = all[2].row, &by_row = all[3].row, &spared = all[5].row, &floor = all[6].row;
  verdicts.add(one.title + ": times as fast as the origin's form", one.faster > 0 ? Kind::at_least : Kind::told,
               one.faster, store.faster_than(origin), "x", "calm " + to_text(store.calmly_faster_than(origin)) + "x");
  const auto kind = one.is_bound ? Kind::at_most : Kind::told;
  verdicts.add(one.title + ": server's time, of the bare UPDATE by ctid", kind, 1.3, store.server_beside(floor), "x",
               "like for like " + to_text(spared.server_beside(floor)) + "x");
  verdicts.add(one.title + ": the same, row by row", kind, 1.6, by_row.server_beside(floor), "x");
  verdicts.add(one.title + ": our time, of the server's", Kind::at_most, 15, 100 * store.ours_beside_server(), " %");
}

void compare(const Case& one, Ground& origins, Ground& ours, const Options& options, Verdicts& verdicts) {
  std::vector<Competitor> all;
  all.push_back({"origin's form, fillfactor 100", &origins, origin_form(origins), {}});
  all.push_back({"origin's form, fillfactor 60", &ours, origin_form(ours), {}});
  all.push_back({"metabatch's store, fillfactor 60", &ours, store_form(ours), {}});
  all.push_back({"the same, row by row", &ours, store_form(ours, false), {}});
  all.push_back({"the store, pages pruned before", &ours, store_form(ours, true, Spared::pruning), {}});
  all.push_back({"the same, without NOTIFY", &ours, store_form(ours, true, Spared::pruning_and_notifying), {}});
  all.push_back({"bare UPDATE by ctid, fillfactor 60", &ours, floor_form(ours), {}});
  for (Competitor& each : all) take_turn(*each.form, *each.ground, one.agents, options.turn / 4);
  for (int round = 0; round < options.rounds; ++round)
    for (Competitor& each : all) each.row.add(take_turn(*each.form, *each.ground, one.agents, options.turn));
  print_head(one.title);
  for (const Competitor& each : all) each.row.print(each.name, all.front().row);
  judge(one, all, verdicts);
}

/// Feeds reports as fast as the lanes take them.
class Feeder {
 public:
  Feeder(Ground& ground, engine::Lanes& lanes) : ground_(ground), lanes_(lanes) {}

  void feed_until(SteadyClock::time_point end) {
    while (SteadyClock::now() < end) {
      const Report report = ground_.next_report();
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < report.size(); ++i) bytes += report.keys[i].size() + report.values[i].size();
      lanes_.wait_for_capacity(report.agent, kKeys, bytes);
      (void)lanes_.add(report);
    }
  }

 private:
  Ground& ground_;
  engine::Lanes& lanes_;
};

/// What has been used and done so far.
struct Reading {
  SteadyClock::time_point at = SteadyClock::now();
  std::uint64_t written = 0, server = 0, client = processor_time_of_process();
};

/// The whole program, except reading its arguments.
Turn stream(Ground& ground, std::size_t writers, std::int64_t batch, std::chrono::nanoseconds length) {
  std::vector<std::unique_ptr<sql::PgStore>> owned;
  std::vector<engine::Store*> stores;
  for (std::size_t i = 0; i < writers; ++i) {
    owned.push_back(std::make_unique<sql::PgStore>(test::options_at(ground.address())));
    stores.push_back(owned.back().get());
  }
  Config config;
  config.batch_size = batch;
  config.queue_capacity = batch * 8 * static_cast<std::int64_t>(writers);
  config.interval = std::chrono::hours(1);
  std::atomic<std::uint64_t> written{0};
  engine::EngineOptions options;
  options.on_flush = [&](const engine::FlushRecord& flush) { written += flush.fates.written; };
  const auto lanes = std::move(engine::Lanes::create(validated(config).value(), stores, std::move(options)).value());
  Feeder feeder(ground, *lanes);
  feeder.feed_until(SteadyClock::now() + length / 4);
  const std::vector<int> backends = backends_of(ground.address(), "metabatch");
  const auto read = [&] {
    Reading reading;
    reading.written = written;
    for (const int pid : backends) reading.server += processor_time_of(pid);
    return reading;
  };
  const Reading before = read();
  feeder.feed_until(before.at + length);
  const Reading after = read();
  lanes->close();
  const double rows = static_cast<double>(after.written - before.written);
  return {rows / 1e3 / std::chrono::duration<double>(after.at - before.at).count(),
          static_cast<double>(after.server - before.server) / 1e3 / rows,
          static_cast<double>(after.client - before.client) / 1e3 / rows,
          {}};
}

void compare_writers(Ground& ground, std::int64_t batch, const Options& options, Verdicts& verdicts) {
  Row one, two;
  for (int round = 0; round < options.rounds; ++round) {
    one.add(stream(ground, 1, batch, options.turn * 2));
    two.add(stream(ground, 2, batch, options.turn * 2));
  }
  const std::string title = std::to_string(ground.rows()) + " rows, batches of " + std::to_string(batch);
  print_head(title + ": engine and store, saturated (ours: the whole process)");
  one.print("--writers 1", one);
  two.print("--writers 2", one);
  using Kind = Verdicts::Kind;
  verdicts.add(title + ": two writers, of one", Kind::at_least, 1.7, two.faster_than(one), "x",
               "best rounds " + to_text(two.calmly_faster_than(one)) + "x");
  verdicts.add(title + ": our whole process, of the server's time", Kind::at_most, 15, 100 * one.ours_beside_server(),
               " %");
}

void pass_over(Ground& ground, Form& form, std::size_t passes) {
  constexpr std::size_t kAgents = 33;
  Work work;
  const std::size_t flushes = ground.agents().size() * passes / kAgents;
  for (std::size_t flush = 0; flush < flushes; ++flush) {
    ground.next(kAgents, work);
    form.prepare({&work, 1});
    form.flush(work, 0);
  }
}

struct Growth {
  double hot_percent, times;
};
Growth print_growth(const std::string& name, const Ground::Table& before, const Ground::Table& after) {
  const double updates = static_cast<double>(after.updates - before.updates),
               hot = static_cast<double>(after.hot - before.hot);
  const auto mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  const Growth growth{100 * hot / updates, mib(after.heap_bytes) / mib(before.heap_bytes)};
  std::printf("  %-34s %9.0f %8.2f %%  %7.1f -> %6.1f MiB (%.2fx) %7.1f -> %5.1f MiB\n", name.c_str(), updates,
              growth.hot_percent, mib(before.heap_bytes), mib(after.heap_bytes), growth.times, mib(before.index_bytes),
              mib(after.index_bytes));
  std::fflush(stdout);
  return growth;
}

/// These cases have tables of their own, so that earlier writes do not matter.
void grow(const test::PgCluster& cluster, Verdicts& verdicts) {
  std::printf("\nten full passes in flushes of 495, autovacuum on\n  %-34s %9s %10s  %-28s %s\n", "", "updates", "HOT",
              "table", "index");
  for (const std::size_t agents : {600UL, 20'000UL}) {
    const std::string rows = std::to_string(agents * kKeys);
    Ground made(cluster, "made_" + rows, agents, 60), as_found(cluster, "found_" + rows, agents, 100);
    const auto before = made.table(), before_found = as_found.table();
    pass_over(made, *store_form(made), 10);
    const Growth growth = print_growth("metabatch, init-db's table, " + rows, before, made.table());
    verdicts.add(rows + " rows, ten full passes: HOT", Verdicts::Kind::at_least, 99, growth.hot_percent, " %");
    verdicts.add(rows + " rows, ten full passes: the table grows", Verdicts::Kind::at_most, 1.1, growth.times, "x");
    pass_over(as_found, *origin_form(as_found), 10);
    print_growth("origin's form, its table, " + rows, before_found, as_found.table());
  }
}

std::string line_of(const char* file, const char* start) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(start)) return line.substr(line.find(':') + 2);
  return "?";
}

int run(const Options& options) {
  test::PgCluster cluster({"shared_buffers=512MB", "max_wal_size=4GB"});
  cluster.start();
  std::ifstream load("/proc/loadavg");
  std::string load_text;
  std::getline(load, load_text);
  std::printf("%s, %u processors, load %s\n%s\n", line_of("/proc/cpuinfo", "model name").c_str(),
              std::thread::hardware_concurrency(), load_text.c_str(),
              test::PgSession(cluster.address()).value("SELECT version()").c_str());
  Verdicts verdicts;
  {
    Ground origins(cluster, "origin_9000", 600, 100), ours(cluster, "ours_9000", 600, 60);
    compare({"9,000 rows, flushes of 495", 33, 2.2, true}, origins, ours, options, verdicts);
    compare_writers(ours, 495, options, verdicts);
  }
  {
    Ground origins(cluster, "origin_300000", 20'000, 100), ours(cluster, "ours_300000", 20'000, 60);
    compare({"300,000 rows, flushes of 495", 33, 1.4, true}, origins, ours, options, verdicts);
    compare({"300,000 rows, flushes of 4,995", 333, 5, true}, origins, ours, options, verdicts);
    compare_writers(ours, 495, options, verdicts);
    compare_writers(ours, 4995, options, verdicts);
  }
  {
    Ground origins(cluster, "origin_scattered", 20'000, 100, Layout::scattered),
        ours(cluster, "ours_scattered", 20'000, 60, Layout::scattered);
    compare({"300,000 rows scattered, flushes of 495", 33, 1.4, false}, origins, ours, options, verdicts);
    compare({"300,000 rows scattered, flushes of 4,995", 333, 5, false}, origins, ours, options, verdicts);
  }
  if (!options.is_quick) grow(cluster, verdicts);
  const std::string log = cluster.log();
  std::size_t deadlocks = 0;
  for (std::size_t at = log.find("deadlock detected"); at != std::string::npos;
       at = log.find("deadlock detected", at + 1))
    ++deadlocks;
  verdicts.add("deadlocks in the server's log", Verdicts::Kind::at_most, 0, static_cast<double>(deadlocks), "");
  verdicts.print();
  return 0;
}

}  // namespace
}  // namespace metabatch::bench

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);  // the database driver needs one
  metabatch::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--quick") == 0)
      options.is_quick = true;
    else if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
      options.rounds = std::max(1, std::atoi(argv[++i]));
    else if (std::strcmp(argv[i], "--turn-ms") == 0 && i + 1 < argc)
      options.turn = std::chrono::milliseconds(std::max(10, std::atoi(argv[++i])));
    else {
      std::fprintf(stderr, "usage: metabatch-bench-pg [--rounds N] [--turn-ms N] [--quick]\n");
      return 2;
    }
  }
  return metabatch::bench::run(options);
}
