// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstring>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/database.hpp"
#include "cli/input.hpp"
#include "cli/ndjson.hpp"
#include "cli/results.hpp"
#include "cli/session.hpp"

namespace metabatch::cli {
namespace {

struct IngestFlags {
  std::string input = "-";
  std::string config_file;
  DatabaseFlag database;
  SettingsFlags settings;
  bool register_missing = false;
  std::size_t writers = 1;
  bool print_notifications = false;
  bool json = false;
};

/// Feeds lines to the lanes and never drops: it waits for room before each add.
class Ingest {
 public:
  /// @shape lane: what the lane with the least room has
  Ingest(Input& input, const Config& lane, Console& console)
      : input_(input),
        console_(console),
        most_entries_(static_cast<std::size_t>(lane.queue_capacity)),
        most_bytes_(static_cast<std::size_t>(lane.queue_bytes)),
        stamper_(engine::system_clock()) {}

  void feed(engine::Lanes& lanes, Stop& stop) {
    LineReader lines(input_.source(&stop));
    while (!stop.is_requested()) {
      const std::optional<Line> line = lines.next();
      if (!line || stop.is_requested()) break;  // stopped amid a line: what there is of it is no line
      if (!take(lanes, *line)) break;
      lines_ = line->number;
    }
    if (input_.error() != 0)
      console_.message(input_.name() + ": " + std::strerror(input_.error()) + "; what came before is written");
  }

  std::string watch(const engine::Snapshot& snapshot, Duration elapsed) const {
    const Summary summary = summarize(snapshot.counters, snapshot.metrics, reports_, elapsed);
    std::string text = with_commas(lines_) + " lines";
    if (input_.size() > 0) text += " (" + std::to_string(input_.bytes_read() * 100 / input_.size()) + " %)";
    text += " | " + rate_text(summary.updates_per_s) + " updates/s | held " + with_commas(snapshot.counters.held()) +
            " | writes " + rate_text(summary.db_writes_per_s) + "/s | bad lines " + with_commas(rejected_lines_);
    if (snapshot.closed) text += " | writing the rest";
    return text;
  }

  [[nodiscard]] RunResult result(const SessionResult& session) const {
    RunResult result;
    result.summary = summarize(session.snapshot.counters, session.snapshot.metrics, reports_, session.elapsed);
    result.rejected_lines = rejected_lines_;
    result.refused_items = limits_.refused_items();
    result.sanitized = limits_.sanitized() + parser_.sanitized();
    return result;
  }
  [[nodiscard]] bool is_read() const { return input_.error() == 0; }

 private:
  /// @return false: the lanes were closed
  bool take(engine::Lanes& lanes, const Line& line) {
    if (line.too_long) {
      reject(line, "over 1 MiB");
      return true;
    }
    const Record& record = parser_.parse(line.text);
    switch (record.kind) {
      case Record::Kind::blank: return true;
      case Record::Kind::bad: reject(line, record.reason); return true;
      case Record::Kind::update:
        if (bytes_of(record.update) <= most_bytes_) return add_update(lanes, record.update);
        reject(line, "its " + with_commas(bytes_of(record.update)) + " bytes can never fit into queue_bytes, " +
                         with_commas(most_bytes_));
        return true;
      case Record::Kind::report: return add_report(lanes, line, record);
    }
    return true;
  }

  static std::size_t bytes_of(const Update& update) {
    return update.key.size() + update.value.size() + update.error.size();
  }
  static Update item_of(const Report& report, std::size_t i) {
    return {report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
  }

  bool add_update(engine::Lanes& lanes, const Update& update) {
    if (!add_item(lanes, update)) return false;
    ++reports_;
    return true;
  }
  static bool add_item(engine::Lanes& lanes, const Update& update) {
    if (!lanes.wait_for_room(update.agent, 1, bytes_of(update))) return false;
    lanes.add(update);
    return true;
  }

  bool add_report(engine::Lanes& lanes, const Line& line, const Record& record) {
    const Report report = limits_.apply(record.agent, record.items, stamper_.next());
    if (limits_.error()) complain(line, describe_report(*limits_.error()));
    for (const RefusedItem& item : limits_.refused()) complain(line, describe(item));
    if (report.size() == 0) return true;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < report.size(); ++i) bytes += bytes_of(item_of(report, i));
    const bool fits = report.size() <= most_entries_ && bytes <= most_bytes_;
    if (!(fits ? add_whole(lanes, report, bytes) : add_items(lanes, report))) return false;
    ++reports_;
    return true;
  }
  static bool add_whole(engine::Lanes& lanes, const Report& report, std::size_t bytes) {
    return lanes.wait_for_room(report.agent, report.size(), bytes) && lanes.add(report);
  }
  /// A report that the whole room of its lane does not hold at once.
  static bool add_items(engine::Lanes& lanes, const Report& report) {
    for (std::size_t i = 0; i < report.size(); ++i)
      if (!add_item(lanes, item_of(report, i))) return false;
    return true;
  }

  void reject(const Line& line, const std::string& reason) {
    ++rejected_lines_;
    complain(line, reason);
  }
  void complain(const Line& line, const std::string& reason) {
    console_.text("line " + std::to_string(line.number) + ": " + reason + "\n");
  }

  Input& input_;
  Console& console_;
  const std::size_t most_entries_;
  const std::size_t most_bytes_;
  engine::Stamper stamper_;
  NdjsonParser parser_;
  ReportLimits limits_;
  std::atomic<std::uint64_t> lines_ = 0;
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> rejected_lines_ = 0;
};

int run_ingest(const IngestFlags& flags, Console& console) {
  const SessionOptions options{.config = flags.settings.config(),
                               .database = flags.database.database(),
                               .register_missing = flags.register_missing,
                               .print_notifications = flags.print_notifications,
                               .writers = flags.writers};
  Input input(flags.input);
  if (!is_usable(options, console)) return exit_failed;
  if (input.is_terminal()) console.message("reading updates from this terminal, one JSON object a line; Ctrl-D ends");
  const Config lane =
      engine::config_of_lane(validated(options.config).value(), flags.writers - 1, flags.writers).value();
  Ingest ingest(input, lane, console);
  const auto session = run_session(
      options, console, [&](engine::Lanes& lanes, Stop& stop) { ingest.feed(lanes, stop); },
      [&](const engine::Snapshot& snapshot, Duration elapsed) { return ingest.watch(snapshot, elapsed); });
  if (!session) return exit_usage;
  return finish(*session, ingest.result(*session),
                {.json = flags.json, .data_is_taken = flags.print_notifications, .is_failed = !ingest.is_read()},
                console);
}

}  // namespace

Command add_ingest(CLI::App& program) {
  const auto flags = std::make_shared<IngestFlags>();
  CLI::App* const app = program.add_subcommand("ingest", "Write recorded or piped updates to the database, batched");
  app->add_option("FILE", flags->input, "NDJSON to read, - for standard input (-)");
  flags->database.add_to(*app);
  app->add_flag("--register", flags->register_missing,
                "create the rows that are missing; without it they are unmatched");
  app->add_flag("--json", flags->json, "print the result as one JSON object");
  app->add_flag("--print-notifications", flags->print_notifications,
                "print each notification's payload on stdout, for `metabatch decode`; the summary then goes to stderr");
  app->add_option("--config", flags->config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  flags->settings.add_to(*app);
  add_writers(*app, flags->writers);
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
