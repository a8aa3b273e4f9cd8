// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/layered_arguments.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "cli/flags/arguments.hpp"
#include "cli/flags/config_file.hpp"

namespace metabatch::cli {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

/// Whether an option can be set outside the command line.
bool can_be_layered(const std::string& name) { return name != "help" && name != "version" && name != "config"; }

std::string option_name(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::string variable_name(std::string option) {
  for (char& c : option) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return "METABATCH_" + option;
}

std::vector<std::string> layered_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* const option : command.get_options())
    for (const std::string& name : option->get_lnames())
      if (can_be_layered(name)) names.push_back(name);
  return names;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* const one : app.get_subcommands([](const CLI::App*) { return true; }))
    if (one->get_name() == name) return one;
  return nullptr;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The value of --config among the arguments of the command line.
std::string named_config(const Arguments& arguments) {
  constexpr std::string_view kFlag = "--config";
  std::string named;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i] == kFlag && i + 1 < arguments.size())
      named = arguments[++i];
    else if (arguments[i].starts_with("--config="))
      named = arguments[i].substr(kFlag.size() + 1);
  }
  return named;
}

std::string lookup(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found != environment.end() ? found->second : std::string();
}

fs::path default_config(const Environment& environment) {
  const std::string folder = lookup(environment, "XDG_CONFIG_HOME");
  if (folder.starts_with('/')) return fs::path(folder) / "metabatch" / "config.toml";
  const std::string home = lookup(environment, "HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".config" / "metabatch" / "config.toml";
}

/// Whether the option keeps every value. For other options the last value wins.
bool takes_several(const CLI::App& command, const std::string& name) {
  const CLI::Option* const option = command.get_option_no_throw("--" + name);
  return option != nullptr && option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// The arguments that the file has for one command, checked against the options of all commands.
Arguments arguments_of(const fs::path& file, const CLI::App& app, const CLI::App& command) {
  Arguments found;
  const std::vector<std::string> known_here = layered_options(command);
  for (const ConfigSetting& setting : read_config_file(file.string())) {
    const std::string name = option_name(setting.key);
    bool is_known = false;
    for (const CLI::App* const one : app.get_subcommands([](const CLI::App*) { return true; })) {
      const bool is_meant = setting.section.empty() || one->get_name() == setting.section;
      is_known = is_known || (is_meant && contains(layered_options(*one), name));
    }
    if (!is_known)
      throw UsageError(setting.place + ": no command has a setting '" +
                       (setting.section.empty() ? "" : setting.section + ".") + setting.key + "'");
    const bool is_for_this = setting.section.empty() || setting.section == command.get_name();
    if (!is_for_this || !contains(known_here, name)) continue;
    const std::size_t first = takes_several(command, name) ? 0 : setting.values.size() - 1;
    for (std::size_t i = first; i < setting.values.size(); ++i) found.push_back("--" + name + "=" + setting.values[i]);
  }
  return found;
}

Arguments arguments_of(const Environment& environment, const CLI::App& command) {
  Arguments found;
  for (const std::string& name : layered_options(command)) {
    const std::string variable = variable_name(name), value = lookup(environment, variable);
    if (!value.empty()) found.push_back(std::string("--").append(name).append("=").append(value));
    if (value.empty() && name == "db" && environment.contains(variable))
      throw UsageError(variable + " is empty; name a database, or unset it for the default");
  }
  return found;
}

}  // namespace

Environment current_environment() {
  Environment found;
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    const std::string_view entry(*one);
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos) found.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

Arguments layered_arguments(const CLI::App& app, const Arguments& arguments, const Environment& environment) {
  const auto is_option = [](const std::string& one) { return one.starts_with('-'); };
  const auto named = std::find_if_not(arguments.begin(), arguments.end(), is_option);
  if (named == arguments.end()) return arguments;
  const CLI::App* const command = find_command(app, *named);
  if (command == nullptr) throw UsageError("there is no command '" + *named + "'; metabatch --help lists them");

  Arguments layered(arguments.begin(), named + 1);
  const auto append = [&layered](const Arguments& more) { layered.insert(layered.end(), more.begin(), more.end()); };
  if (command->get_option_no_throw("--config") != nullptr) {
    fs::path file = named_config(arguments);
    if (file.empty()) file = lookup(environment, "METABATCH_CONFIG");
    const bool is_asked_for = !file.empty();
    if (!is_asked_for) file = default_config(environment);
    if (is_asked_for || (!file.empty() && fs::exists(file))) append(arguments_of(file, app, *command));
  }
  append(arguments_of(environment, *command));
  append({named + 1, arguments.end()});
  return layered;
}

}  // namespace metabatch::cli
