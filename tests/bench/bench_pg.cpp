// SPDX-License-Identifier: Apache-2.0
// `./dev bench pg`: ways to write flushes, one after the other and round after round on one private server, because the
// speed of a machine drifts: read the ratios. `ratio` is of the clock; `lighter` is of the server's processor time, which
// suffers less where others use the machine; `calm` is the fastest tenth of the flushes (of writers: the best round), which
// suffers least. Medians of rounds, ratios taken within each round against the first line.
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
#include "engine/lanes.hpp"
#include "sql/pg_store.hpp"
#include "support/pg/pg_session.hpp"

namespace metabatch::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Options {
  int rounds = 7;
  std::chrono::milliseconds turn{400};  // of one form in one round
  bool is_quick = false;                // without the passes over the whole table
};

/// One turn of one form.
struct Turn {
  double krows_per_s = 0;
  double server_us = 0;               ///< an entry, of the server's processor
  double client_us = 0;               ///< an entry, of ours
  std::vector<double> flush_us = {};  ///< an entry, each flush by the clock
};

double quantile(std::vector<double> values, std::size_t percent) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() * percent / 100];
}
double median(const std::vector<double>& values) { return quantile(values, 50); }

class Row {
 public:
  void add(const Turn& turn) {
    speed_.push_back(turn.krows_per_s);
    server_.push_back(turn.server_us);
    client_.push_back(turn.client_us);
    flushes_.insert(flushes_.end(), turn.flush_us.begin(), turn.flush_us.end());
  }
  /// What the fastest tenth of the flushes came to: little disturbed by others.
  [[nodiscard]] double calm() const {
    return flushes_.empty() ? *std::max_element(speed_.begin(), speed_.end()) : 1e3 / quantile(flushes_, 10);
  }
  void print(const std::string& name, const Row& base) const {
    std::vector<double> ratios, lighter;
    for (std::size_t i = 0; i < speed_.size(); ++i) {
      ratios.push_back(speed_[i] / base.speed_[i]);
      lighter.push_back(base.server_[i] / server_[i]);
    }
    const auto [least, most] = std::minmax_element(speed_.begin(), speed_.end());
    std::printf("  %-34s %7.1f (%5.1f-%5.1f) %7.2fx %7.1f %7.2fx %9.2f %7.2fx %9.2f %9.1f %%\n", name.c_str(),
                median(speed_), *least, *most, median(ratios), calm(), calm() / base.calm(), median(server_),
                median(lighter), median(client_), 100 * median(client_) / median(server_));
    std::fflush(stdout);
  }

 private:
  std::vector<double> speed_, server_, client_, flushes_;
};

void print_head(const std::string& title) {
  std::printf("\n%s\n  %-34s %7s (%5s-%5s) %8s %7s %8s %9s %8s %9s %11s\n", title.c_str(), "", "krows/s", "min", "max",
              "ratio", "calm", "ratio", "server us", "lighter", "client us", "ours/server");
}

/// What a turn writes: no two flushes share an agent, at most half of the table, and no more than it can get through.
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

void compare(const std::string& title, Ground& origins, Ground& ours, std::size_t agents, const Options& options) {
  std::vector<Competitor> all;
  all.push_back({"origin's form, fillfactor 100", &origins, origin_form(origins), {}});
  all.push_back({"origin's form, fillfactor 60", &ours, origin_form(ours), {}});
  all.push_back({"metabatch's store, fillfactor 60", &ours, store_form(ours), {}});
  all.push_back({"the same, each row by itself", &ours, store_form(ours, false), {}});
  all.push_back({"UPDATE by ctid, fillfactor 60", &ours, floor_form(ours), {}});
  for (Competitor& one : all) take_turn(*one.form, *one.ground, agents, options.turn / 4);
  for (int round = 0; round < options.rounds; ++round)
    for (Competitor& one : all) one.row.add(take_turn(*one.form, *one.ground, agents, options.turn));
  print_head(title);
  for (const Competitor& one : all) one.row.print(one.name, all.front().row);
}

/// Feeds reports as fast as the lanes take them.
class Feeder {
 public:
  Feeder(Ground& ground, engine::Lanes& lanes) : ground_(ground), lanes_(lanes) {}

  void feed_until(SteadyClock::time_point end) {
    while (SteadyClock::now() < end) {
      entries_.clear();
      ground_.next_entries(1, entries_);
      keys_.clear(), values_.clear(), errors_.clear(), stamps_.clear();
      std::size_t bytes = 0;
      for (const Update& entry : entries_) {
        keys_.push_back(entry.key), values_.push_back(entry.value), errors_.push_back(entry.error),
            stamps_.push_back(entry.collected_at);
        bytes += entry.key.size() + entry.value.size();
      }
      const Uuid agent = entries_.front().agent;
      lanes_.wait_for_room(agent, kKeys, bytes);
      (void)lanes_.add(Report{agent, keys_, values_, errors_, stamps_});
    }
  }

 private:
  Ground& ground_;
  engine::Lanes& lanes_;
  std::vector<Update> entries_;
  std::vector<std::string_view> keys_, values_, errors_;
  std::vector<WallTime> stamps_;
};

/// What has been used and done so far.
struct Reading {
  SteadyClock::time_point at = SteadyClock::now();
  std::uint64_t written = 0, server = 0, client = processor_time_of_process();
};

/// The whole program but its reading of lines.
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
  const auto lanes = std::move(engine::Lanes::create(config, stores, std::move(options)).value());
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

void compare_writers(Ground& ground, std::int64_t batch, const Options& options) {
  Row one, two;
  for (int round = 0; round < options.rounds; ++round) {
    one.add(stream(ground, 1, batch, options.turn * 2));
    two.add(stream(ground, 2, batch, options.turn * 2));
  }
  print_head(ground.name() + ": engine and store, saturated, batches of " + std::to_string(batch) +
             " (ours: the whole process)");
  one.print("--writers 1", one);
  two.print("--writers 2", one);
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

void print_growth(const std::string& name, const Ground::Table& before, const Ground::Table& after) {
  const double updates = static_cast<double>(after.updates - before.updates),
               hot = static_cast<double>(after.hot - before.hot);
  const auto mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  std::printf("  %-34s %9.0f %8.2f %%  %7.1f -> %6.1f MiB (%.2fx) %7.1f -> %5.1f MiB\n", name.c_str(), updates,
              100 * hot / updates, mib(before.heap_bytes), mib(after.heap_bytes),
              static_cast<double>(after.heap_bytes) / static_cast<double>(before.heap_bytes), mib(before.index_bytes),
              mib(after.index_bytes));
  std::fflush(stdout);
}

/// Tables of their own, so that what came before does not count.
void grow(const test::PgCluster& cluster) {
  std::printf("\nten full passes in flushes of 495, autovacuum on\n  %-34s %9s %10s  %-28s %s\n", "", "updates", "HOT",
              "table", "index");
  for (const std::size_t agents : {600UL, 20'000UL}) {
    const std::string rows = std::to_string(agents * kKeys);
    Ground made(cluster, "made_" + rows, agents, 60), as_found(cluster, "found_" + rows, agents, 100);
    const auto before = made.table(), before_found = as_found.table();
    pass_over(made, *store_form(made), 10);
    print_growth("metabatch, init-db's table, " + rows, before, made.table());
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
  {
    Ground origins9(cluster, "origin_9000", 600, 100), ours9(cluster, "ours_9000", 600, 60);
    Ground origins300(cluster, "origin_300000", 20'000, 100), ours300(cluster, "ours_300000", 20'000, 60);
    compare("9,000 rows, flushes of 495", origins9, ours9, 33, options);
    compare("300,000 rows, flushes of 495", origins300, ours300, 33, options);
    compare("300,000 rows, flushes of 4,995", origins300, ours300, 333, options);
    compare_writers(ours9, 495, options);
    compare_writers(ours300, 495, options);
    compare_writers(ours300, 4995, options);
  }
  if (!options.is_quick) grow(cluster);
  const std::string log = cluster.log();
  std::size_t deadlocks = 0;
  for (std::size_t at = log.find("deadlock detected"); at != std::string::npos;
       at = log.find("deadlock detected", at + 1))
    ++deadlocks;
  std::printf("\ndeadlocks in the server's log: %zu\n", deadlocks);
  return 0;
}

}  // namespace
}  // namespace metabatch::bench

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);  // the driver of the database wants one
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
