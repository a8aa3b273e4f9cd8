// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/commands/store_run.hpp"
#include "cli/commands/store_session.hpp"
#include "cli/flags/session_flags.hpp"
#include "cli/report/results.hpp"
#include "engine/clock.hpp"
#include "engine/health_sample.hpp"
#include "engine/live_fleet.hpp"
#include "health/text.hpp"

namespace metabatch::cli {
namespace {

using engine::LiveFleet;

constexpr Duration kFirstSummary = std::chrono::seconds(10);  // then a summary of the run so far is printed

struct RunFlags : SessionFlags {
  Fleet fleet;
  std::uint64_t seed = 1;
  std::string every = "10s";
  std::string duration = "60s";
};

/// The fleet in real time: each report is added when it is due.
class RealTime {
 public:
  RealTime(const Fleet& fleet, std::uint64_t seed, Duration duration, const ValidConfig& config, std::size_t writers,
           Console& console)
      : fleet_(fleet), seed_(seed), duration_(duration), config_(config), writers_(writers), console_(console) {}

  void feed(engine::Lanes& lanes, Stop& stop) {
    const auto began = std::chrono::steady_clock::now();
    LiveFleet fleet(fleet_, seed_, engine::system_clock().wall_now());
    while (fleet.next_due() < duration_ && stop.sleep_until(began + fleet.next_due())) {
      const auto report = fleet.take_next();
      if (!report) continue;
      (void)lanes.add(*report);
      ++reports_;
    }
    stop.sleep_until(began + duration_);
  }

  std::string watch(const engine::Snapshot& snapshot, Duration elapsed) {
    const Summary summary = summarize(snapshot.counters, snapshot.metrics, reports_, elapsed);
    health_.record(engine::health_sample(snapshot, writers_, reports_, engine::system_clock().now()));
    const health::Assessment assessment = health::assess(health_.facts());
    if (!is_summarized_ && elapsed >= kFirstSummary && elapsed + kFirstSummary / 2 < duration_) {
      is_summarized_ = true;
      console_.text("So far:\n" + result_text({.summary = summary, .assessment = assessment}, config_) + "\n");
    }
    // What matters most comes first: a narrow terminal shows the beginning.
    std::string text = std::to_string(elapsed / std::chrono::seconds(1)) + "/" + format_duration(duration_) + " | " +
                       health::headline(assessment) + " | " + rate_text(summary.updates_per_s) +
                       " updates/s | buffered " + with_commas(snapshot.counters.held()) + " | dropped " +
                       with_commas(snapshot.counters.dropped()) + " | writes " + rate_text(summary.db_writes_per_s) +
                       "/s, unbatched " + rate_text(summary.unbatched_db_writes_per_s);
    if (snapshot.recent.empty()) return text;
    const engine::FlushRecord& last = snapshot.recent.back();
    return text + " | flush " + with_commas(last.entries) + " in " +
           seconds_text(std::chrono::duration<double>(last.took).count());
  }

  [[nodiscard]] RunResult result(const SessionResult& session) const {
    return result_of(session, writers_, reports_, false);
  }

 private:
  const Fleet fleet_;
  const std::uint64_t seed_;
  const Duration duration_;
  const ValidConfig config_;
  const std::size_t writers_;
  Console& console_;
  health::Collector health_;  // of watch()
  std::atomic<std::uint64_t> reports_ = 0;
  bool is_summarized_ = false;
};

bool register_fleet(const LiveFleet& fleet, const sql::Database& database, Console& console) {
  const auto began = std::chrono::steady_clock::now();
  const auto registered = database.register_agents(fleet.agents(), fleet.keys());
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&registered)) {
    console.message("cannot register the agents: " + failed->message);
    return false;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  console.message("registered " + counted(fleet.agents().size(), "agent") + " with " +
                  counted(fleet.keys().size(), "key") + " each in " + database.shown() + ": " +
                  counted(std::get<std::size_t>(registered), "new row") + " in " + seconds_text(seconds));
  return true;
}

int run_fleet(const RunFlags& flags, Console& console) {
  Fleet fleet = flags.fleet;
  fleet.every = duration_of("--every", flags.every);
  const Duration duration = duration_of("--for", flags.duration);
  if (fleet.every < std::chrono::milliseconds(1)) throw UsageError("--every: at least 1ms");
  if (duration <= Duration::zero()) throw UsageError("--for: more than 0");
  const std::unique_ptr<Spool> spool = open_spool(flags.spool, console);
  const SessionOptions options{.config = flags.settings.config(),
                               .database = flags.database.database(),
                               .register_missing = false,
                               .print_notifications = flags.print_notifications,
                               .pubsub = flags.pubsub.settings(),
                               .writers = flags.writers,
                               .unwritten_store = spool.get()};
  if (!is_usable(options, console)) return exit_failed;
  RealTime real_time(fleet, flags.seed, duration, options.config, flags.writers, console);
  if (!register_fleet(LiveFleet(fleet, flags.seed, {}), options.database, console)) return exit_failed;
  if (console.is_watched())
    console.message("running for " + format_duration(duration) + "; Ctrl-C ends it with a summary");
  const std::optional<SessionResult> session = run_session(
      options, console, [&](engine::Lanes& lanes, Stop& stop) { real_time.feed(lanes, stop); },
      [&](const engine::Snapshot& snapshot, Duration elapsed) { return real_time.watch(snapshot, elapsed); });
  if (!session) return exit_failed;
  return finish(*session, real_time.result(*session),
                {.json = flags.json, .data_is_taken = flags.print_notifications, .is_failed = session->is_failed},
                console);
}

}  // namespace

Command add_run(CLI::App& program) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* const app =
      program.add_subcommand("run", "Let a simulated fleet report in real time, and show what batching saves");
  app->add_option("--agents", flags->fleet.agents, "agents (600)")->type_name("N")->check(CLI::Range(1, 1'000'000));
  app->add_option("--keys", flags->fleet.keys, "keys of each agent (15)")->type_name("N")->check(CLI::Range(1, 1000));
  app->add_option("--every", flags->every, "time between two reports of an agent (10s)")->type_name("TIME");
  app->add_option("--for", flags->duration, "how long (60s)")->type_name("TIME");
  app->add_option("--seed", flags->seed, "the same seed gives the same agents and values (1)")->type_name("N");
  flags->database.add_to(*app);
  flags->add_to(*app);
  app->footer(
      "Examples:\n"
      "  metabatch run\n"
      "  metabatch run --agents 5000 --every 2s --for 30s --batch-size 5000\n"
      "  metabatch run --for 10s --json --db sqlite:fleet.db\n"
      "  metabatch run --db postgres://metabatch@localhost/metabatch      (metabatch init-db creates the table)");
  return {app, [flags](Console& console) { return run_fleet(*flags, console); }};
}

}  // namespace metabatch::cli
