// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <thread>

#include "cli/commands/commands.hpp"
#include "cli/commands/ingest_plan.hpp"
#include "cli/commands/store_run.hpp"
#include "cli/commands/store_session.hpp"
#include "cli/flags/session_flags.hpp"
#include "cli/report/bad_lines.hpp"
#include "cli/report/results.hpp"
#include "cli/terminal/input_argument.hpp"
#include "engine/clock.hpp"
#include "engine/health_sample.hpp"
#include "engine/writer_gate.hpp"
#include "feed/decoding/read_ahead.hpp"
#include "feed/intake.hpp"
#include "health/text.hpp"

namespace metabatch::cli {
namespace {

constexpr std::uint64_t kSteadyBytes = std::uint64_t{4} << 20;  // of a pipe without a pause: it is a file that is piped

constexpr std::size_t kWarmedLines = 16;  // about as many cache misses as a processor handles at once

constexpr std::uint64_t kSmallRemainder = 5000;  // entries that closing writes in time

struct IngestFlags : SessionFlags {
  std::string input = "-";
  bool register_missing = false;
  const CLI::App* app = nullptr;  // knows what was given
};

/// Adds the records of an input to the lanes and reports bad ones. While the input comes without a
/// pause, the lanes have the settings for a file; when it pauses, those of a service, so that
/// nothing waits for what may never come.
class Ingest {
 public:
  Ingest(Input& input, const IngestPlan& plan, engine::WriterGate& gate, Console& console)
      : input_(input), plan_(plan), gate_(gate), console_(console), bad_lines_(console), is_steady_(input.size() > 0) {}

  [[nodiscard]] const ValidConfig& config() const { return is_steady_ ? plan_.steady : plan_.paced; }

  void feed(engine::Lanes& lanes, Stop& stop) {
    const ValidConfig lane = engine::config_of_lane(config(), plan_.writers - 1, plan_.writers).value();
    intake_ = std::make_unique<feed::Intake>(
        lanes, lane, [this](const Line& line, const std::string& what) { bad_lines_.report(line, what); });
    intake_->set_on_wait([this] { gate_.awaited(); });
    // What is written before the buffer is full may come again.
    if (is_steady_ && !plan_.is_told) gate_.hold();
    is_begun_ = true;
    feed::ReadAhead records(input_, stop);
    read(records, lanes, stop);
    form_ = records.form();
    problem_ = records.problem();
    bad_lines_.finish();
    if (!problem_.empty()) console_.message(problem_ + "; everything before it is written");
    gate_.awaited();
    drain(lanes, stop);
  }

  std::string watch(const engine::Snapshot& snapshot, Duration elapsed) {
    if (!is_begun_) return {};
    health::Sample sample =
        engine::health_sample(snapshot, plan_.writers, intake_->reports(), engine::system_clock().now());
    sample.now.input_waits = true;
    health_.record(sample);
    const Summary summary = summarize(snapshot.counters, snapshot.metrics, intake_->reports(), elapsed);
    std::string text = with_commas(intake_->lines()) + " lines" + progress(elapsed);
    text += " | " + (gate_.allowed() == 0 ? "filling the buffer" : health::headline(health::assess(health_.facts())));
    text += " | " + rate_text(summary.updates_per_s) + " updates/s | buffered " +
            with_commas(snapshot.counters.held()) + " | writes " + rate_text(summary.db_writes_per_s) +
            "/s | bad lines " + with_commas(intake_->rejected_lines());
    if (snapshot.closed || is_read_) text += " | writing the remainder";
    return text;
  }

  /// After feed().
  [[nodiscard]] RunResult result(const SessionResult& session) const {
    RunResult result = result_of(session, plan_.writers, intake_->reports(), true);
    result.rejected_lines = intake_->rejected_lines();
    result.refused_items = intake_->refused_items();
    result.sanitized = intake_->sanitized();
    result.chosen = {.config = session.snapshot.config,
                     .is_steady = is_steady_ && !plan_.is_told,
                     .writers = plan_.writers,
                     .writing = gate_.best(),
                     .form = form_};
    return result;
  }
  [[nodiscard]] bool is_read() const { return problem_.empty(); }

 private:
  void read(feed::ReadAhead& records, engine::Lanes& lanes, const Stop& stop) {
    bool is_open = true;
    while (const feed::ParsedLines* const next = is_open ? records.next() : nullptr) {
      if (intake_->lines() == 0 && !next->lines.empty() && !records.form().empty())
        console_.message(input_.name() + " is " + records.form());
      if (!is_steady_ && input_.bytes_read() >= steady_from_ + kSteadyBytes) set_steady(lanes, true);
      is_open = add(next->lines, lanes, stop);
      if (next->pauses) set_steady(lanes, false);
    }
    records.leave();
    is_read_ = true;
  }

  bool add(std::span<const feed::ParsedLine> lines, engine::Lanes& lanes, const Stop& stop) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i % kWarmedLines == 0) warm(lines.subspan(i, std::min(kWarmedLines, lines.size() - i)), lanes);
      if (stop.is_requested()) return false;
      intake_->read(lines[i].line, lines[i].record);
      if (!intake_->add()) return false;
    }
    return true;
  }

  /// With many agents, an add mostly waits for memory. Several adds wait at the same time when what
  /// they need is prefetched together.
  static void warm(std::span<const feed::ParsedLine> lines, engine::Lanes& lanes) {
    std::array<Uuid, kWarmedLines> agents;
    std::size_t count = 0;
    for (const auto& [line, record] : lines) {
      if (record.kind == feed::Record::Kind::update) agents[count++] = record.update.agent;
      if (record.kind == feed::Record::Kind::report) agents[count++] = record.agent;
    }
    lanes.warm(std::span(agents).first(count));
  }

  void set_steady(engine::Lanes& lanes, bool is_steady) {
    steady_from_ = input_.bytes_read();
    if (is_steady_ == is_steady) return;
    is_steady_ = is_steady;
    (void)lanes.reconfigure(config());  // both were validated, and their capacities are equal
  }

  /// Closing has a deadline, which is for a database that does not answer: a wide buffer is written
  /// before. Gives up when flushes failed and nothing was written for as long as closing may take.
  /// A flush that was too much is followed by a smaller one, so it is no reason to give up.
  void drain(engine::Lanes& lanes, Stop& stop) {
    const Duration patience = config()->final_flush_timeout;
    engine::Snapshot before = lanes.snapshot();
    while (!stop.is_requested() && before.counters.held() > kSmallRemainder) {
      if (lanes.wait_until_empty(engine::system_clock().now() + patience)) return;
      engine::Snapshot after = lanes.snapshot();
      const bool has_failed = after.metrics.flushes.total_failures() > before.metrics.flushes.total_failures();
      const bool is_smaller = after.batch_limit < before.batch_limit;
      if (has_failed && !is_smaller && after.counters.held() >= before.counters.held()) return;
      before = std::move(after);
    }
  }

  /// " (12 %, 8 s left)": of reading, which waits for writing.
  [[nodiscard]] std::string progress(Duration elapsed) const {
    const std::uint64_t read = input_.bytes_read(), size = input_.size();
    if (size == 0) return {};
    std::string text = " (" + std::to_string(read * 100 / size) + " %";
    const double seconds = std::chrono::duration<double>(elapsed).count();
    if (read > 0 && read < size)
      text += ", " + seconds_text(seconds * static_cast<double>(size - read) / static_cast<double>(read)) + " left";
    return text + ")";
  }

  Input& input_;
  const IngestPlan& plan_;
  engine::WriterGate& gate_;
  Console& console_;
  BadLines bad_lines_;
  health::Collector health_;  // of watch()
  std::unique_ptr<feed::Intake> intake_;
  std::atomic<bool> is_begun_ = false;  // intake_ exists
  std::atomic<bool> is_read_ = false;
  bool is_steady_;
  std::uint64_t steady_from_ = 0;  // bytes: where the pause before ended
  std::string form_, problem_;
};

IngestPlan plan_of(const IngestFlags& flags) {
  std::optional<std::size_t> writers;
  if (flags.app->count("--writers") > 0) writers = flags.writers;
  return plan_ingest(flags.settings, writers,
                     {.is_postgres = flags.database.database().postgres() != nullptr,
                      .registers = flags.register_missing,
                      .processors = std::thread::hardware_concurrency()});
}

int run_ingest(const IngestFlags& flags, Console& console) {
  const std::unique_ptr<Spool> spool = open_spool(flags.spool, console);
  const IngestPlan plan = plan_of(flags);
  engine::WriterGate gate(plan.writers, !plan.writers_are_told);
  Input input(flags.input);
  Ingest ingest(input, plan, gate, console);
  const SessionOptions options{.config = ingest.config(),
                               .database = flags.database.database(),
                               .register_missing = flags.register_missing,
                               .print_notifications = flags.print_notifications,
                               .pubsub = flags.pubsub.settings(),
                               .writers = plan.writers,
                               .gate = &gate,
                               .unwritten_store = spool.get()};
  if (!is_usable(options, console)) return exit_failed;
  if (input.is_terminal()) console.message("reading updates from this terminal, one JSON object a line; Ctrl-D ends");
  const std::optional<SessionResult> session = run_session(
      options, console, [&](engine::Lanes& lanes, Stop& stop) { ingest.feed(lanes, stop); },
      [&](const engine::Snapshot& snapshot, Duration elapsed) { return ingest.watch(snapshot, elapsed); });
  if (!session) return exit_failed;
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
  app->add_option("FILE", flags->input, "NDJSON to read, also gzip, zstd or UTF-16; - for standard input (-)");
  flags->database.add_to(*app);
  app->add_flag("--register", flags->register_missing,
                "create the missing rows; without this flag their updates are unmatched");
  flags->add_to(*app);
  app->get_option("--writers")
      ->description(
          "PostgreSQL: connections that write in parallel, each agent always on the same one (as many as pay, at most "
          "the processors)");
  flags->app = app;
  app->footer(
      "One update a line, or one report of an agent a line:\n"
      "  {\"agent\":\"<uuid>\",\"key\":\"cpu\",\"value\":\"12 "
      "%\",\"error\":\"\",\"collected_at\":\"2026-01-02T03:04:05.678901Z\"}\n"
      "  {\"agent\":\"<uuid>\",\"metadata\":[{\"key\":\"cpu\",\"value\":\"12 %\",\"error\":\"\"}]}\n"
      "A bad line costs itself only: its number and the reason are on stderr, and the exit status is 3.\n"
      "A file, and a pipe that does not pause, is written in large batches from a wide buffer. Settings that are given "
      "win.\n\n"
      "Examples:\n"
      "  metabatch ingest --register updates.ndjson\n"
      "  zcat updates.ndjson.gz | metabatch ingest --db sqlite:agents.db --batch-size 5000 --json");
  return {app, [flags](Console& console) { return run_ingest(*flags, console); }};
}

}  // namespace metabatch::cli
