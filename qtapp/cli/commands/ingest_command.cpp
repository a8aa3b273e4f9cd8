// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstring>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/commands/store_run.hpp"
#include "cli/commands/store_session.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/pubsub_flags.hpp"
#include "cli/report/results.hpp"
#include "cli/terminal/input_argument.hpp"
#include "engine/clock.hpp"
#include "engine/health_sample.hpp"
#include "feed/intake.hpp"
#include "health/text.hpp"

namespace metabatch::cli {
namespace {

struct IngestFlags {
  std::string input = "-";
  std::string config_file;
  DatabaseFlag database;
  SettingsFlags settings;
  bool register_missing = false;
  std::string spool;
  PubsubFlags pubsub;
  std::size_t writers = 1;
  bool print_notifications = false;
  bool json = false;
};

/// Adds lines to the lanes and reports bad ones.
class Ingest {
 public:
  /// @shape lane: the settings of the lane with the smallest buffer
  Ingest(Input& input, const Config& lane, std::size_t writers, Console& console)
      : input_(input), lane_(lane), writers_(writers), console_(console) {}

  void feed(engine::Lanes& lanes, Stop& stop) {
    intake_ = std::make_unique<feed::Intake>(lanes, lane_, [this](std::uint64_t line, const std::string& what) {
      console_.text("line " + std::to_string(line) + ": " + what + "\n");
    });
    is_begun_ = true;
    LineReader lines(input_.source(&stop));
    while (!stop.is_requested()) {
      const std::optional<Line> line = lines.next();
      if (!line || stop.is_requested()) break;  // a line that the stop has cut is not a bad line
      intake_->read(*line);
      if (!intake_->add()) break;
    }
    if (input_.error() != 0)
      console_.message(input_.name() + ": " + std::strerror(input_.error()) + "; everything before it is written");
  }

  std::string watch(const engine::Snapshot& snapshot, Duration elapsed) {
    if (!is_begun_) return {};
    health::Sample sample = engine::health_sample(snapshot, writers_, intake_->reports(), engine::system_clock().now());
    sample.now.input_waits = true;
    health_.record(sample);
    const Summary summary = summarize(snapshot.counters, snapshot.metrics, intake_->reports(), elapsed);
    std::string text = with_commas(intake_->lines()) + " lines";
    if (input_.size() > 0) text += " (" + std::to_string(input_.bytes_read() * 100 / input_.size()) + " %)";
    text += " | " + health::headline(health::assess(health_.facts()));
    text += " | " + rate_text(summary.updates_per_s) + " updates/s | buffered " +
            with_commas(snapshot.counters.held()) + " | writes " + rate_text(summary.db_writes_per_s) +
            "/s | bad lines " + with_commas(intake_->rejected_lines());
    if (snapshot.closed) text += " | writing the remainder";
    return text;
  }

  /// After feed().
  [[nodiscard]] RunResult result(const SessionResult& session) const {
    RunResult result = result_of(session, writers_, intake_->reports(), true);
    result.rejected_lines = intake_->rejected_lines();
    result.refused_items = intake_->refused_items();
    result.sanitized = intake_->sanitized();
    return result;
  }
  [[nodiscard]] bool is_read() const { return input_.error() == 0; }

 private:
  Input& input_;
  const Config lane_;
  const std::size_t writers_;
  Console& console_;
  health::Collector health_;  // of watch()
  std::unique_ptr<feed::Intake> intake_;
  std::atomic<bool> is_begun_ = false;  // intake_ exists
};

/// Recorded updates are no threat to other agents: one agent may fill the buffer unless a flag limits it.
Config config_of(const IngestFlags& flags) {
  Config config = flags.settings.config();
  const Result<Config> valid = validated(config);
  if (config.agent_capacity == 0 && valid) config.agent_capacity = valid->queue_capacity;
  return config;
}

int run_ingest(const IngestFlags& flags, Console& console) {
  const std::unique_ptr<Spool> spool = open_spool(flags.spool, console);
  const SessionOptions options{.config = config_of(flags),
                               .database = flags.database.database(),
                               .register_missing = flags.register_missing,
                               .print_notifications = flags.print_notifications,
                               .pubsub = flags.pubsub.settings(),
                               .writers = flags.writers,
                               .unwritten_store = spool.get()};
  Input input(flags.input);
  if (!is_usable(options, console)) return exit_failed;
  if (input.is_terminal()) console.message("reading updates from this terminal, one JSON object a line; Ctrl-D ends");
  const Config lane =
      engine::config_of_lane(validated(options.config).value(), flags.writers - 1, flags.writers).value();
  Ingest ingest(input, lane, flags.writers, console);
  const auto session = run_session(
      options, console, [&](engine::Lanes& lanes, Stop& stop) { ingest.feed(lanes, stop); },
      [&](const engine::Snapshot& snapshot, Duration elapsed) { return ingest.watch(snapshot, elapsed); });
  if (!session) return exit_usage;
  return finish(*session, ingest.result(*session),
                {.json = flags.json,
                 .data_is_taken = flags.print_notifications,
                 .is_failed = session->is_failed || !ingest.is_read()},
                console);
}

}  // namespace

Command add_ingest(CLI::App& program) {
  const auto flags = std::make_shared<IngestFlags>();
  CLI::App* const app = program.add_subcommand("ingest", "Write recorded or piped updates to the database, batched");
  app->add_option("FILE", flags->input, "NDJSON to read, - for standard input (-)");
  flags->database.add_to(*app);
  app->add_flag("--register", flags->register_missing,
                "create the missing rows; without this flag their updates are unmatched");
  app->add_flag("--json", flags->json, "print the result as one JSON object");
  app->add_flag("--print-notifications", flags->print_notifications,
                "print each notification's payload on stdout, for `metabatch decode`; the summary then goes to stderr");
  app->add_option("--config", flags->config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  flags->settings.add_to(*app);
  add_writers(*app, flags->writers);
  add_spool(*app, flags->spool);
  flags->pubsub.add_to(*app);
  app->footer(
      "One update a line, or one report of an agent a line:\n"
      "  {\"agent\":\"<uuid>\",\"key\":\"cpu\",\"value\":\"12 "
      "%\",\"error\":\"\",\"collected_at\":\"2026-01-02T03:04:05.678901Z\"}\n"
      "  {\"agent\":\"<uuid>\",\"metadata\":[{\"key\":\"cpu\",\"value\":\"12 %\",\"error\":\"\"}]}\n"
      "A bad line costs itself only: its number and the reason are on stderr, and the exit status is 3.\n\n"
      "Examples:\n"
      "  metabatch ingest --register updates.ndjson\n"
      "  zcat updates.ndjson.gz | metabatch ingest --db sqlite:agents.db --batch-size 5000 --json");
  return {app, [flags](Console& console) { return run_ingest(*flags, console); }};
}

}  // namespace metabatch::cli
