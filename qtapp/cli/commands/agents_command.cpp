// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/utf8.hpp"
#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/terminal/console.hpp"
#include "metabatch/report.hpp"
#include "sql/agent_credentials.hpp"

namespace metabatch::cli {
namespace {

using Json = nlohmann::ordered_json;

// The columns of workspace_agent_metadata.
constexpr std::size_t kMaxDisplayNameCharacters = 127;
constexpr std::size_t kMaxScriptCharacters = 65535;

struct AgentsFlags {
  std::string action;
  std::string agent;
  std::vector<std::string> keys;
  std::vector<std::string> display_names, scripts, intervals, timeouts;
  std::vector<std::int32_t> orders;
  DatabaseFlag database;
  std::string config_file;
  bool json = false;
};

/// A random UUID of version 4.
Uuid random_uuid() {
  std::random_device device;
  Uuid id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(device());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

Uuid agent_of(const AgentsFlags& flags) {
  if (flags.agent.empty()) throw UsageError("agents " + flags.action + ": which agent?");
  const Result<Uuid> id = parse_uuid(flags.agent);
  if (!id) throw UsageError("'" + flags.agent + "' is not a UUID");
  return *id;
}

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int failed(const sql::DatabaseFailure& failure, Console& console) {
  console.message(failure.message);
  return exit_failed;
}

/// Refuses keys that the columns cannot hold, before anything is written.
void check_keys(const std::vector<std::string>& keys) {
  if (keys.empty()) throw UsageError("agents add: which keys does it report? --key cpu --key mem");
  std::set<std::string_view> seen;
  std::string scratch;
  for (const std::string& key : keys) {
    if (key.empty()) throw UsageError("agents add: a key is empty");
    if (sanitize(key, scratch).replaced > 0) throw UsageError("agents add: a key is not UTF-8");
    if (count_code_points(key) > kMaxKeyCharacters)
      throw UsageError("agents add: key '" + key.substr(0, 20) + "...' is longer than " +
                       std::to_string(kMaxKeyCharacters) + " characters");
    if (!seen.insert(key).second) throw UsageError("agents add: key '" + key + "' is given twice");
  }
}

/// What a flag says of key `number`: it is given once for all keys, or once for each.
template <class Value>
std::optional<Value> value_for(std::size_t number, const std::vector<Value>& given, const AgentsFlags& flags,
                               std::string_view flag) {
  if (given.empty()) return std::nullopt;
  if (given.size() > 1 && given.size() != flags.keys.size())
    throw UsageError("agents add: " + std::string(flag) + " is given once, or once for each --key");
  return given.size() == 1 ? given[0] : given[number];
}

/// The columns hold whole seconds.
std::optional<std::int64_t> seconds_of(const std::optional<std::string>& text, std::string_view flag) {
  if (!text) return std::nullopt;
  const Duration duration = duration_of(flag, *text == "0" ? "0s" : *text);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  if (duration < Duration::zero() || seconds != duration)
    throw UsageError("agents add: " + std::string(flag) + " is a whole number of seconds, from 0s");
  return seconds.count();
}

void check_text(const std::string& text, std::string_view flag, std::size_t most_characters) {
  std::string scratch;
  if (sanitize(text, scratch).replaced > 0) throw UsageError("agents add: " + std::string(flag) + " is not UTF-8");
  if (count_code_points(text) > most_characters)
    throw UsageError("agents add: " + std::string(flag) + " is longer than " + std::to_string(most_characters) +
                     " characters");
}

std::vector<sql::KeyDescription> descriptions_of(const AgentsFlags& flags) {
  std::vector<sql::KeyDescription> all;
  for (std::size_t i = 0; i < flags.keys.size(); ++i) {
    sql::KeyDescription one{.key = flags.keys[i]};
    one.display_name = value_for(i, flags.display_names, flags, "--display-name").value_or("");
    one.script = value_for(i, flags.scripts, flags, "--script").value_or("");
    one.interval = seconds_of(value_for(i, flags.intervals, flags, "--interval"), "--interval");
    one.timeout = seconds_of(value_for(i, flags.timeouts, flags, "--timeout"), "--timeout");
    one.order = value_for(i, flags.orders, flags, "--order");
    check_text(one.display_name, "--display-name", kMaxDisplayNameCharacters);
    check_text(one.script, "--script", kMaxScriptCharacters);
    all.push_back(std::move(one));
  }
  return all;
}

bool has_descriptions(const AgentsFlags& flags) {
  return !flags.display_names.empty() || !flags.scripts.empty() || !flags.intervals.empty() ||
         !flags.timeouts.empty() || !flags.orders.empty();
}

int add(const AgentsFlags& flags, sql::AgentCredentials& agents, Console& console) {
  const sql::AgentToken agent{flags.agent.empty() ? random_uuid() : agent_of(flags), random_uuid()};
  const std::vector<std::string_view> keys(flags.keys.begin(), flags.keys.end());
  const std::vector<sql::KeyDescription> descriptions = descriptions_of(flags);
  for (const auto& wrong : {agents.create_table(), agents.add(agent, keys)})
    if (wrong) return failed(*wrong, console);
  if (has_descriptions(flags))
    if (const auto wrong = agents.describe(agent.agent, descriptions)) return failed(*wrong, console);
  const std::string id = format_uuid(agent.agent), token = format_uuid(agent.token);
  console.data(flags.json ? line({{"agent", id}, {"token", token}, {"keys", flags.keys}})
                          : "agent " + id + "\ntoken " + token + "\n");
  console.message("the token is not shown again; a running service accepts it after its next refresh");
  return console.finish_data() ? exit_ok : exit_failed;
}

int list(const AgentsFlags& flags, sql::AgentCredentials& agents, Console& console) {
  const auto found = agents.list();
  if (const auto* const wrong = std::get_if<sql::DatabaseFailure>(&found)) return failed(*wrong, console);
  for (const sql::AgentSummary& one : std::get<0>(found)) {
    std::string text = format_uuid(one.agent);
    for (const std::string& key : one.keys) text += " " + key;
    console.data(flags.json ? line({{"agent", format_uuid(one.agent)}, {"keys", one.keys}}) : text + "\n");
  }
  return console.finish_data() ? exit_ok : exit_failed;
}

int remove(const AgentsFlags& flags, sql::AgentCredentials& agents, Console& console) {
  const auto removed = agents.remove(agent_of(flags));
  if (const auto* const wrong = std::get_if<sql::DatabaseFailure>(&removed)) return failed(*wrong, console);
  console.message(std::get<bool>(removed) ? "removed, with its rows" : "there is no such agent");
  return std::get<bool>(removed) ? exit_ok : exit_failed;
}

int run(const AgentsFlags& flags, Console& console) {
  if (flags.action == "add") check_keys(flags.keys);
  if (flags.action != "add" && (!flags.keys.empty() || has_descriptions(flags)))
    throw UsageError("agents " + flags.action + ": takes no --key and nothing about keys");
  if (flags.action == "list" && !flags.agent.empty())
    throw UsageError("agents list: it lists all agents and takes no AGENT");
  const std::unique_ptr<sql::AgentCredentials> agents = sql::AgentCredentials::of(flags.database.database());
  if (flags.action == "add") return add(flags, *agents, console);
  if (flags.action == "list") return list(flags, *agents, console);
  return remove(flags, *agents, console);
}

template <class Value>
void add_each(CLI::App& app, const char* name, std::vector<Value>& values, const char* help, const char* type) {
  app.add_option(name, values, help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_descriptions(CLI::App& app, AgentsFlags& flags) {
  add_each(app, "--display-name", flags.display_names, "add: what people see (the key)", "TEXT");
  add_each(app, "--script", flags.scripts, "add: what the agent runs", "TEXT");
  add_each(app, "--interval", flags.intervals, "add: how often it reports; 0s: its age says nothing (0s)", "TIME");
  add_each(app, "--timeout", flags.timeouts, "add: how long the script may run (0s)", "TIME");
  add_each(app, "--order", flags.orders, "add: place among the keys, ascending (0)", "N");
}

}  // namespace

Command add_agents(CLI::App& program) {
  const auto flags = std::make_shared<AgentsFlags>();
  CLI::App* const app = program.add_subcommand(
      "agents", "Register agents and their keys in a database without a control plane, for `metabatch serve`");
  app->add_option("ACTION", flags->action, "add, list or remove")
      ->required()
      ->check(CLI::IsMember({"add", "list", "remove"}));
  app->add_option("AGENT", flags->agent, "its UUID (add: a random one)");
  app->add_option("--key", flags->keys, "add: a key that it reports; repeat the flag for each key")
      ->type_name("KEY")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_descriptions(*app, *flags);
  flags->database.add_to(*app);
  app->add_flag("--json", flags->json, "print one JSON object a line");
  app->add_option("--config", flags->config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  app->footer(
      "A control plane registers its agents itself. The token of an agent is printed\n"
      "when it is added and never again; adding the agent again gives it a new token.\n"
      "A flag about keys is given once for all of them, or once for each --key, in\n"
      "their order; what is not given stays as it is.\n\n"
      "Examples:\n"
      "  metabatch agents add --key cpu --key mem --db sqlite:m.db\n"
      "  metabatch agents add --key cpu --key mem --interval 10s --order 1 --order 2\n"
      "  metabatch agents list --json\n"
      "  metabatch agents remove 00010203-0405-4607-8809-0a0b0c0d0e0f");
  return {app, [flags](Console& console) { return run(*flags, console); }};
}

}  // namespace metabatch::cli
