// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/scenario_flags.hpp"

#include <CLI/CLI.hpp>

#include "cli/flags/arguments.hpp"
#include "cli/flags/scenario_file.hpp"
#include "cli/flags/store_file.hpp"
#include "cli/terminal/console.hpp"
#include "results/guess_text.hpp"

namespace metabatch::cli {
namespace {

const char* type_of(const ScenarioField& field) {
  if (field.name == "queue-bytes") return "SIZE";
  switch (field.kind) {
    case FieldKind::integer: return "N";
    case FieldKind::duration: return "TIME";
    case FieldKind::share: return "SHARE";
    case FieldKind::choice: return "NAME";
    case FieldKind::list: break;
  }
  return "LIST";
}

ValidScenario checked(const Scenario& asked) {
  Result<ValidScenario> valid = validated(asked);
  if (!valid) throw UsageError(describe(valid.error(), asked));
  return std::move(valid).value();
}

const char* group_of(const ScenarioField& field) {
  if (field.is_setting) return "Settings";
  if (field.name.starts_with("fleet.")) return "Fleet";
  return field.name.starts_with("store.") ? "Database" : "Simulation";
}

/// Turns the sentence of the table into the help of a flag: `agents that report from the start
/// (600)`.
std::string help_of(const ScenarioField& field) {
  std::string help(field.help);
  if (help.ends_with('.')) help.pop_back();
  help[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(help[0])));
  if (field.kind == FieldKind::choice && help.find(field.choices.back()) == help.npos) {
    help += ':';
    for (const std::string_view choice : field.choices) help.append(" ").append(choice);
  }
  const std::string standard = field_text(Scenario{}, field.name);
  return field.is_setting && field.kind != FieldKind::choice ? help
         : standard.empty()                                  ? help
                                                             : help + " (" + standard + ")";
}

/// `64MiB` as bytes; anything else as it is.
std::string in_bytes(const std::string& text) {
  constexpr std::pair<std::string_view, int> kUnits[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  for (const auto& [unit, shift] : kUnits) {
    const std::string digits = text.ends_with(unit) ? text.substr(0, text.size() - unit.size()) : std::string();
    const bool is_plain = !digits.empty() && digits.size() < 8 && digits.find_first_not_of("0123456789") == digits.npos;
    if (is_plain) return std::to_string(std::stoll(digits) << shift);
  }
  return text;
}

}  // namespace

void ScenarioFlags::add_to(CLI::App& command) {
  command.add_option("SCENARIO", named_, "the name of a scenario, or a TOML file (docs/scenario-format.md)");
  for (const ScenarioField& field : scenario_fields())
    command.add_option("--" + std::string(field.flag), given_[field.name], help_of(field))
        ->type_name(type_of(field))
        ->group(group_of(field));
  command.add_option("--channel", channel_, "notification channel; has no effect here")
      ->type_name("NAME")
      ->group("Settings");
  command
      .add_option("--store-from", store_from_,
                  "take the times of the database from the JSON result of `metabatch run` or `ingest`")
      ->type_name("FILE")
      ->group("Database");
  command.add_option("--set", assignments_, "set a field by the name it has in a scenario file; may be repeated")
      ->type_name("NAME=VALUE")
      ->group("Simulation")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--config", config_file_, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
}

void ScenarioFlags::set(Scenario& scenario, std::string_view shown, std::string_view name,
                        const std::string& text) const {
  const std::string value = name == "queue-bytes" ? in_bytes(text) : text;
  const Result<void> done = set_field(scenario, name, value);
  if (!done) throw UsageError(std::string(shown) + ": " + describe(done.error(), name, value));
}

Scenario ScenarioFlags::given() const {
  Scenario scenario = named_.empty() ? Scenario{} : read_scenario(find_scenario(named_));
  if (!store_from_.empty()) read_store_file(store_from_, scenario.store);
  for (const auto& [name, text] : given_)
    if (text.has_value()) set(scenario, "--" + std::string(find_field(name)->flag), name, *text);
  if (channel_.has_value()) scenario.config.channel = *channel_;
  for (const std::string& one : assignments_) {
    const std::size_t equals = one.find('=');
    if (equals == one.npos) throw UsageError("--set: '" + one + "' is not NAME=VALUE, such as fleet.agents=600");
    const std::string name = one.substr(0, equals);
    std::vector<std::string_view> known;
    for (const ScenarioField& field : scenario_fields()) known.push_back(field.name);
    if (find_field(name) == nullptr)
      throw UsageError("--set: there is no field '" + name + "'" + guess_text(name, known));
    set(scenario, "--set " + name, find_field(name)->name, one.substr(equals + 1));
  }
  return scenario;
}

ValidScenario ScenarioFlags::scenario() const { return checked(given()); }

ValidScenario ScenarioFlags::scenario_of(Duration recording) const {
  bool has_duration = false;
  const auto check = [&](std::string_view shown, std::string_view name) {
    if (name.starts_with("fleet."))
      throw UsageError(std::string(shown) + ": not with --recording, whose reports arrive in place of a fleet's");
    has_duration = has_duration || name == "duration";
  };
  for (const auto& [name, text] : given_)
    if (text.has_value()) check("--" + std::string(find_field(name)->flag), name);
  for (const std::string& one : assignments_)
    if (const ScenarioField* const field = find_field(one.substr(0, one.find('='))))
      check("--set " + std::string(field->name), field->name);
  Scenario scenario = given();
  scenario.fleet = {};
  if (!has_duration) scenario.duration = recording;
  return checked(scenario);
}

std::string ScenarioFlags::name() const { return named_.empty() ? "the default fleet" : named_; }

}  // namespace metabatch::cli
