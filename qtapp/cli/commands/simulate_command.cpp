// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/fail_if.hpp"
#include "cli/flags/recording_file.hpp"
#include "cli/flags/scenario_file.hpp"
#include "cli/flags/scenario_flags.hpp"
#include "cli/report/output_file.hpp"
#include "cli/report/simulation_report.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "models/report/simulation_html.hpp"
#include "recording/recording_reader.hpp"
#include "results/report_pace.hpp"

namespace metabatch::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kReportsAStep = 20'000;  // takes some milliseconds, and so long a signal waits at most
constexpr auto kStatusEvery = std::chrono::milliseconds(200);

struct SimulateFlags {
  ScenarioFlags scenario;
  std::vector<std::string> fail_if;
  std::string recording;
  std::string log, timeline, html;
  bool list = false;
  bool json = false;
};

struct Outputs {
  OutputFile log, timeline, html;

  explicit Outputs(const SimulateFlags& flags) {
    if (!flags.log.empty()) log = OutputFile("--log", flags.log);
    if (!flags.timeline.empty()) timeline = OutputFile("--timeline", flags.timeline);
    if (!flags.html.empty()) html = OutputFile("--html", flags.html);
  }

  bool finish(const Simulator& simulator, const report::Subject& subject, bool is_interrupted, Console& console) {
    if (timeline) timeline.write(simulator.timeline_csv());
    if (html) html.write(report::simulation_html(simulator, subject, is_interrupted));
    const bool has_log = log.finish(console), has_timeline = timeline.finish(console), has_html = html.finish(console);
    return has_log && has_timeline && has_html;
  }
};

std::string status_text(const Simulator& simulator, std::chrono::duration<double> took) {
  const auto percent = 100 * simulator.now() / simulator.scenario().duration;
  const std::uint64_t offered = simulator.counters().offered;
  return std::to_string(std::min<std::int64_t>(percent, 100)) + " % | " +
         format_duration(simulator.now() - simulator.now() % std::chrono::seconds(1)) + " of " +
         format_duration(simulator.scenario().duration) + " | " + with_commas(offered) + " updates, " +
         rate_text(static_cast<double>(offered) / took.count()) + " a second";
}

/// @return false: interrupted
bool run_to_end(Simulator& simulator, Console& console) {
  Signals stop_signals;
  const auto began = SteadyClock::now();
  auto next_status = began + kFirstStatus;
  while (!simulator.finished()) {
    simulator.run_until(Duration::max(), kReportsAStep);
    if (stop_signals.take().all > 0) return false;
    if (const auto now = SteadyClock::now(); now >= next_status) {
      console.status(status_text(simulator, now - began));
      next_status = now + kStatusEvery;
    }
  }
  return true;
}

void list_scenarios(Console& console) {
  std::size_t width = 0;
  for (const ListedScenario& scenario : listed_scenarios()) width = std::max(width, scenario.name.size());
  for (const ListedScenario& scenario : listed_scenarios()) {
    std::string name(scenario.name);
    name.resize(width + 2, ' ');
    console.data(name.append(scenario.about).append("\n"));
  }
}

int judge(const RunResult& result, const std::vector<Threshold>& thresholds, Console& console) {
  bool is_missed = false;
  for (const Threshold& threshold : thresholds)
    if (const auto text = threshold.missed(judged(result))) {
      console.message("missed: " + *text);
      is_missed = true;
    }
  return is_missed || is_incomplete(result) ? exit_incomplete : exit_ok;
}

/// What is simulated: the fleet of the scenario, or a recording in its place.
struct Question {
  std::string name;
  ValidScenario scenario;
  RecordingFile recording;
  bool is_recorded = false;

  Question(const SimulateFlags& flags, Console& console)
      : name(flags.scenario.name()), is_recorded(!flags.recording.empty()) {
    if (is_recorded) {
      recording = read_recording(flags.recording, console);
      scenario = flags.scenario.scenario_of(duration_of(*recording.reports));
      name = flags.recording;
    } else {
      scenario = flags.scenario.scenario();
    }
    if (scenario->sample_every == Duration{}) {
      Scenario paced = scenario;
      paced.sample_every = report_pace(paced.duration);
      scenario = validated(std::move(paced)).value();
    }
  }

  [[nodiscard]] Simulator simulator() const {
    if (!is_recorded) return Simulator::create(scenario);
    return Simulator::create(scenario, recording.reports).value();  // the reader makes lists of one length
  }
  [[nodiscard]] std::string text() const { return name + ": " + about(); }
  [[nodiscard]] std::string about() const {
    if (!is_recorded) return fleet_text(scenario);
    return report::arrivals_text(recording.updates, recording.reports->size(), scenario->duration);
  }
  [[nodiscard]] RunResult result(const Simulator& simulator) const {
    RunResult found = result_of(simulator);
    found.rejected_lines = recording.bad_lines;
    return found;
  }
};

int simulate(const SimulateFlags& flags, Console& console) {
  if (flags.list) {
    list_scenarios(console);
    return console.finish_data() ? exit_ok : exit_failed;
  }
  std::vector<Threshold> thresholds;
  for (const std::string& expression : flags.fail_if) thresholds.push_back(parse_threshold(expression));
  const Question question(flags, console);
  Outputs outputs(flags);
  Simulator simulator = question.simulator();
  if (outputs.log)
    simulator.set_sink([&](std::string_view line) {
      outputs.log.write(line);
      outputs.log.write("\n");
    });
  if (console.is_watched()) console.message("simulating " + question.text());
  const bool is_finished = run_to_end(simulator, console);
  console.clear_status();
  if (!is_finished)
    console.message("interrupted after " + seconds_text(std::chrono::duration<double>(simulator.now()).count()) +
                    " of virtual time; these are the figures so far");
  const RunResult result = question.result(simulator);
  console.data(flags.json ? result_json(result) : simulation_text(simulator));
  const bool is_printed = console.finish_data();
  const bool is_written = outputs.finish(simulator, {question.name, question.about()}, !is_finished, console);
  const int verdict = judge(result, thresholds, console);
  if (!is_finished) return exit_interrupted;
  return is_printed && is_written ? verdict : exit_failed;
}

constexpr const char* kExamples =
    "A scenario gives the defaults; flags, environment and config file win over it.\n"
    "--fail-if NAME OP VALUE: NAME is a number of the JSON such as age.p99, delay.p99, dropped, saved or held;\n"
    "OP is > >= < <= == or !=; when it is true the exit status is 3.\n\n"
    "Examples:\n"
    "  metabatch simulate --list\n"
    "  metabatch simulate headline\n"
    "  metabatch simulate headline --batch-size 5000 --html report.html\n"
    "  metabatch simulate --agents 5000 --every 2s --for 1h --outage 10m+60s --json\n"
    "  metabatch simulate outage-60s --fail-if 'delay.p99>90s' --fail-if 'dropped>0'\n"
    "  metabatch simulate --recording session.ndjson --batch-size 5000\n"
    "  metabatch simulate my-fleet.toml --set store.latency.p99=2s --timeline timeline.csv";

}  // namespace

Command add_simulate(CLI::App& program) {
  const auto flags = std::make_shared<SimulateFlags>();
  CLI::App* const app = program.add_subcommand(
      "simulate", "Run the same batcher in virtual time against a modelled database: hours in seconds");
  flags->scenario.add_to(*app);
  app->add_option(
         "--recording", flags->recording,
         "play the arrivals of a recorded session in place of a fleet (docs/recording-format.md); - for standard "
         "input")
      ->type_name("FILE");
  app->add_flag("--list", flags->list, "list the scenarios that come with the program");
  app->add_flag("--json", flags->json, "print the result as one JSON object");
  app->add_option("--log", flags->log, "write the event log, whose SHA-256 is the digest")->type_name("FILE");
  app->add_option("--timeline", flags->timeline, "write the timeline as CSV")->type_name("FILE");
  app->add_option("--html", flags->html, "write a report with charts, one page that needs nothing else")
      ->type_name("FILE");
  app->add_option("--fail-if", flags->fail_if, "exit with 3 when this is true of the result; may be repeated")
      ->type_name("EXPR")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app->footer(kExamples);
  return {app, [flags](Console& console) { return simulate(*flags, console); }};
}

}  // namespace metabatch::cli
