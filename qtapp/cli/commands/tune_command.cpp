// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/scenario_flags.hpp"
#include "cli/report/output_file.hpp"
#include "cli/report/tuning_report.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/stop_signals.hpp"

namespace metabatch::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct TuneFlags {
  ScenarioFlags scenario;
  std::string max_delay = "5s";
  std::string html;
  bool json = false;
};

/// @return false: interrupted
bool try_all(Tuner& tuner, Console& console) {
  Signals stop_signals;
  const auto began = SteadyClock::now();
  while (tuner.step()) {
    if (stop_signals.take().all > 0) return tuner.finished();
    if (SteadyClock::now() - began > kFirstStatus)
      console.status("tried " + std::to_string(tuner.done()) + " of " + std::to_string(tuner.size()) + " settings");
  }
  return true;
}

int tune(const TuneFlags& flags, Console& console) {
  TuneQuestion question;
  question.scenario = flags.scenario.scenario();
  question.max_delay = duration_of("--max-delay", flags.max_delay);
  if (question.max_delay <= Duration::zero()) throw UsageError("--max-delay: more than 0");
  OutputFile html;
  if (!flags.html.empty()) html = OutputFile("--html", flags.html);
  Result<Tuner> created = Tuner::create(question);
  if (!created) throw UsageError(describe(created.error(), question.scenario));
  Tuner tuner = std::move(created).value();
  if (console.is_watched()) console.message("tuning " + flags.scenario.name() + ": " + fleet_text(question.scenario));
  const bool is_finished = try_all(tuner, console);
  console.clear_status();
  if (!is_finished)
    console.message("interrupted after " + std::to_string(tuner.done()) + " of " + std::to_string(tuner.size()) +
                    " settings; the best of these is shown");
  console.data(flags.json ? tuning_json(tuner) : tuning_text(tuner));
  const bool is_printed = console.finish_data();
  if (html) html.write(tuning_html(tuner, flags.scenario.name(), !is_finished));
  const bool is_written = html.finish(console);
  if (!is_finished) return exit_interrupted;
  if (!is_printed || !is_written) return exit_failed;
  const auto recommended = tuner.recommendation();
  return recommended.has_value() && recommended->meets ? exit_ok : exit_incomplete;
}

}  // namespace

Command add_tune(CLI::App& program) {
  const auto flags = std::make_shared<TuneFlags>();
  CLI::App* const app = program.add_subcommand(
      "tune", "Try many settings in virtual time and recommend those with the least writes for a delay");
  flags->scenario.add_to(*app);
  app->add_option("--max-delay", flags->max_delay, "99 % of the rows must be written within this time (5s)")
      ->type_name("TIME");
  app->add_flag("--json", flags->json, "print everything tried as one JSON object (docs/tune-json.md)");
  app->add_option("--html", flags->html, "write a report with the frontier, one page that needs nothing else")
      ->type_name("FILE");
  app->footer(
      "Exit status 3: no setting that was tried keeps the delay without drops; the closest one is printed.\n\n"
      "Examples:\n"
      "  metabatch tune\n"
      "  metabatch tune --agents 5000 --keys 10 --every 2s --max-delay 10s\n"
      "  metabatch tune slow-database --max-delay 30s --html tune.html\n"
      "  metabatch tune --latency-p99 500ms --json");
  return {app, [flags](Console& console) { return tune(*flags, console); }};
}

}  // namespace metabatch::cli
