// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/pubsub_flags.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/terminal.hpp"
#include "pubsub/nats_doctor.hpp"
#include "sql/agent_rows.hpp"
#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_schema.hpp"

namespace metabatch::cli {
namespace {

using Verdict = sql::PgFinding::Verdict;

struct DatabaseFlags {
  DatabaseFlag database;
  std::string config_file;
  bool json = false;
};

std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

struct InitFlags : DatabaseFlags {
  bool agents = false;
};

/// Reports whether one table was created.
bool report_created(const std::variant<bool, sql::DatabaseFailure>& result, const std::string& table,
                    Console& console) {
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&result)) {
    console.message(failed->message);
    return false;
  }
  console.message(std::get<bool>(result) ? "created the table " + table
                                         : "the table " + table + " exists and was left as it is");
  return true;
}

int init_db(const InitFlags& flags, Console& console) {
  const sql::PgAddress address = flags.database.postgres();
  const auto table = sql::create_table(address);
  if (!report_created(table, "workspace_agent_metadata", console)) return exit_failed;
  nlohmann::ordered_json json = {{"created", std::get<bool>(table)}};
  std::string grants(sql::grants_sql());
  if (flags.agents) {
    const auto agents = sql::create_agents_table(address);
    if (!report_created(agents, "workspace_agents", console)) return exit_failed;
    json["agents_created"] = std::get<bool>(agents);
    grants += sql::agents_grants_sql();
  }
  json["grants"] = grants;
  console.data(flags.json ? text_of(json) : grants);
  return console.finish_data() ? exit_ok : exit_failed;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good: return "ok";
    case Verdict::notice: return "notice";
    case Verdict::loses_data: return "problem";
  }
  return "";
}

struct DoctorFlags : DatabaseFlags {
  PubsubFlags pubsub;
  bool fix_future_stamps = false;
  bool yes = false;
  std::string suppress_unchanged;
};

/// Asks on the terminal. Without a terminal only --yes confirms.
///
/// @errors throws UsageError: nobody can be asked
bool is_confirmed(const DoctorFlags& flags, Console& console) {
  if (flags.yes) return true;
  if (!is_terminal(STDIN_FILENO)) throw UsageError("--fix-future-stamps changes rows; confirm with --yes");
  console.text("Set their stamps to the server's time now? [y/N] ");
  std::string answer;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) answer += c;
  return answer == "y" || answer == "yes";
}

int fix_future_stamps(const DoctorFlags& flags, Console& console) {
  const sql::PgAddress address = flags.database.postgres();
  const auto counted_rows = sql::count_future_stamps(address);
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&counted_rows)) {
    console.message(failed->message);
    return exit_failed;
  }
  std::size_t fixed = 0;
  if (const std::size_t rows = std::get<std::size_t>(counted_rows); rows > 0) {
    console.message(counted(rows, "row") + (rows == 1 ? " is" : " are") +
                    " dated over a minute ahead of the server's clock and refuse every report until then");
    if (!is_confirmed(flags, console)) {
      console.message("nothing was changed");
      return exit_incomplete;
    }
    const auto changed = sql::fix_future_stamps(address);
    if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&changed)) {
      console.message(failed->message);
      return exit_failed;
    }
    fixed = std::get<std::size_t>(changed);
  }
  console.data(flags.json ? text_of({{"fixed_rows", fixed}})
                          : "set the stamps of " + counted(fixed, "row") + " to the server's time\n");
  return console.finish_data() ? exit_ok : exit_failed;
}

/// Whether watchers show rows as stale when values are left out for so long.
sql::PgFinding stale_rows(const sql::Database& database, Duration unwritten) {
  const auto found = sql::AgentRows::of(database)->stale_rows(unwritten);
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&found))
    return {Verdict::notice, "unchanged", "could not be checked: " + failed->message, ""};
  const sql::StaleRows& rows = std::get<0>(found);
  return {rows.rows == 0 ? Verdict::good : Verdict::notice, "unchanged", sql::describe(rows, unwritten),
          rows.rows == 0 ? "" : "use a shorter --suppress-unchanged, or longer intervals and timeouts of the rows"};
}

/// Of the database and of NATS, the worst first.
std::vector<sql::PgFinding> findings_of(const DoctorFlags& flags) {
  const ValidConfig config;
  const pubsub::PubsubSettings pubsub = flags.pubsub.settings();
  std::vector<sql::PgFinding> findings = sql::examine(flags.database.postgres());
  for (sql::PgFinding& one :
       pubsub::examine_nats(pubsub, config->channel, static_cast<std::size_t>(config->max_payload_bytes)))
    findings.push_back(std::move(one));
  if (!flags.suppress_unchanged.empty())
    findings.push_back(stale_rows(sql::Database(flags.database.postgres()),
                                  duration_of("--suppress-unchanged", flags.suppress_unchanged)));
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.verdict > b.verdict; });
  return findings;
}

int doctor(const DoctorFlags& flags, Console& console) {
  if (flags.fix_future_stamps) return fix_future_stamps(flags, console);
  if (flags.yes) throw UsageError("--yes: only with --fix-future-stamps");
  const std::vector<sql::PgFinding> findings = findings_of(flags);
  const bool is_losing =
      std::any_of(findings.begin(), findings.end(), [](const auto& one) { return one.verdict == Verdict::loses_data; });
  nlohmann::ordered_json json = {{"ok", !is_losing}, {"findings", nlohmann::ordered_json::array()}};
  std::string text;
  for (const sql::PgFinding& one : findings) {
    json["findings"].push_back(
        {{"subject", one.subject}, {"verdict", name_of(one.verdict)}, {"text", one.text}, {"cure", one.cure}});
    std::string mark = name_of(one.verdict), subject = one.subject;
    mark.resize(8, ' ');
    subject.resize(12, ' ');
    text += mark + subject + one.text + "\n";
    if (!one.cure.empty()) text += std::string(20, ' ') + "-> " + one.cure + "\n";
  }
  console.data(flags.json ? text_of(json) : text);
  if (!console.finish_data()) return exit_failed;
  return is_losing ? exit_incomplete : exit_ok;
}

CLI::App* described(CLI::App& program, DatabaseFlags& flags, const char* name, const char* help, const char* footer) {
  CLI::App* const app = program.add_subcommand(name, help);
  app->add_option("--db", flags.database.given, "postgres://... or keywords of libpq (the PG* variables)")
      ->type_name("URL");
  app->add_flag("--json", flags.json, "print one JSON object");
  app->add_option("--config", flags.config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  app->footer(footer);
  return app;
}

}  // namespace

Command add_init_db(CLI::App& program) {
  const auto flags = std::make_shared<InitFlags>();
  CLI::App* const app = described(
      program, *flags, "init-db",
      "Create the missing table in PostgreSQL, and print the privileges that each role needs",
      "Alters nothing that exists. Read the printed SQL, then run it.\n\n"
      "Examples:\n"
      "  metabatch init-db --db postgres://postgres@localhost/metabatch\n"
      "  metabatch init-db --agents --db postgres://postgres@localhost/metabatch   (for `metabatch serve` without "
      "a control plane)\n"
      "  PGHOST=/run/postgresql metabatch init-db > grants.sql");
  app->add_flag("--agents", flags->agents,
                "create the table of agents and their tokens too, for a database without a control plane");
  return {app, [flags](Console& console) { return init_db(*flags, console); }};
}

Command add_doctor(CLI::App& program) {
  const auto flags = std::make_shared<DoctorFlags>();
  CLI::App* const app = described(
      program, *flags, "doctor", "Examine a PostgreSQL database, and NATS, and report what is wrong for metabatch",
      "Changes nothing without --fix-future-stamps. Exit status 3: a finding would lose data.\n\n"
      "Examples:\n"
      "  metabatch doctor --db postgres://metabatch@localhost/metabatch\n"
      "  metabatch doctor --db service=coder --json\n"
      "  metabatch doctor --db service=coder --pubsub nats://localhost\n"
      "  metabatch doctor --fix-future-stamps --db service=coder");
  flags->pubsub.add_to(*app);
  app->add_flag("--fix-future-stamps", flags->fix_future_stamps,
                "set the stamps of rows that are dated ahead back to the server's time; asks first");
  app->add_option("--suppress-unchanged", flags->suppress_unchanged,
                  "compare it with the intervals and timeouts of the rows, after which watchers show them as stale")
      ->type_name("TIME");
  app->add_flag("--yes", flags->yes, "with --fix-future-stamps: do not ask");
  return {app, [flags](Console& console) { return doctor(*flags, console); }};
}

}  // namespace metabatch::cli
