// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/scenario_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>

#include "cli/embedded.hpp"
#include "cli/flags/arguments.hpp"
#include "feed/text_file.hpp"
#include "results/guess_text.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kMaxScenarioBytes = std::size_t{1} << 20;  // a scenario has a few dozen lines

std::string canonical(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string integer_range(const ScenarioField& field) {
  return std::to_string(field.least) + " to " + std::to_string(field.most);
}

std::string example_of(ListKind kind) {
  switch (kind) {
    case ListKind::fleet_changes: return R"(["10m+200", "20m-100"])";
    case ListKind::setting_changes: return R"(["10m:batch-size=5000"])";
    case ListKind::windows:
    case ListKind::none: break;
  }
  return R"(["60s+30s"])";
}

/// How a value of this kind is written in a file.
std::string wanted_text(const ScenarioField& field) {
  switch (field.kind) {
    case FieldKind::integer: return "a whole number from " + integer_range(field);
    case FieldKind::duration: return R"(a time in quotes such as "250ms", "5s" or "2m")";
    case FieldKind::share: return R"(a share such as "5%" or 0.05)";
    case FieldKind::list: return "a list of texts such as " + example_of(field.list);
    case FieldKind::choice: break;
  }
  std::string text = "one of";
  for (const std::string_view choice : field.choices)
    text.append(text.size() > 6 ? ", \"" : " \"").append(choice).append("\"");
  return text;
}

std::string type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a text in quotes";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a section";
    default: return "a date or a time of day";
  }
}

/// `0.05`: plain digits without trailing zeros. It has nine digits, so that a share with one digit
/// too many is seen and refused.
std::string fraction_text(double value) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.9f", value);
  std::string_view shown(text, static_cast<std::size_t>(std::min(size, 63)));
  while (shown.ends_with('0')) shown.remove_suffix(1);
  if (shown.ends_with('.')) shown.remove_suffix(1);
  return std::string(shown);
}

/// Reads one file. Remembers where each field was set, for the check of the whole scenario.
class ScenarioReader {
 public:
  explicit ScenarioReader(const ScenarioText& source) : source_(source) {}

  Scenario read() {
    try {
      read_table(toml::parse(source_.text, source_.shown), "");
    } catch (const toml::parse_error& error) {
      fail(error.source().begin, std::string(error.description()));
    }
    if (const auto valid = validated(scenario_); !valid) fail_as_a_whole(valid.error());
    return scenario_;
  }

 private:
  [[noreturn]] void fail(const toml::source_position& at, const std::string& what) const {
    throw UsageError(source_.shown + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what);
  }

  void read_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + canonical(std::string(key.str()));
      const ScenarioField* const field = find_field(name);
      if (field != nullptr && field->name == name)
        read_field(*field, key.source().begin, node);
      else if (node.is_table() && is_section(name))
        read_table(*node.as_table(), name + ".");
      else
        fail_unknown(key.source().begin, name, prefix, node.is_table());
    }
  }

  static bool is_section(const std::string& name) {
    const auto fields = scenario_fields();
    return std::any_of(fields.begin(), fields.end(),
                       [&](const ScenarioField& field) { return field.name.starts_with(name + "."); });
  }

  [[noreturn]] void fail_unknown(const toml::source_position& at, const std::string& name, const std::string& prefix,
                                 bool is_table) const {
    std::vector<std::string_view> known;
    std::string below;
    for (const ScenarioField& field : scenario_fields()) {
      known.push_back(field.name);
      const std::string_view rest = field.name.substr(std::min(prefix.size(), field.name.size()));
      if (field.name.starts_with(prefix) && (!prefix.empty() || rest.find('.') == rest.npos))
        below.append(below.empty() ? "" : ", ").append(rest);
    }
    const std::string where =
        prefix.empty() ? "At the top there are: " : "In [" + prefix.substr(0, prefix.size() - 1) + "] there are: ";
    const std::string kind = is_table ? "section" : "field";
    const std::string possible = is_table ? "The sections are [fleet], [store] and [store.latency]" : where + below;
    fail(at, name + ": there is no such " + kind + guess_text(name, known) + ". " + possible + ".");
  }

  void read_field(const ScenarioField& field, const toml::source_position& at, const toml::node& node) {
    if (!places_.emplace(field.name, at).second) fail(at, std::string(field.name) + ": set twice");
    const std::string text = text_of(field, node);
    if (const Result<void> set = set_field(scenario_, field.name, text); !set) {
      const bool is_out_of_range = set.error().code != Errc::field_unreadable;
      fail(node.source().begin,
           describe(set.error(), field.name, text) + (is_out_of_range ? "" : " (" + wanted_text(field) + ")"));
    }
  }

  std::string text_of(const ScenarioField& field, const toml::node& node) const {
    const bool is_text =
        field.kind == FieldKind::duration || field.kind == FieldKind::choice || field.kind == FieldKind::share;
    if (is_text && node.is_string()) return node.as_string()->get();
    if (field.kind == FieldKind::integer && node.is_integer()) return std::to_string(node.as_integer()->get());
    if (field.kind == FieldKind::share && node.is_number()) return fraction_text(*node.value<double>());
    if (field.kind == FieldKind::list && node.is_array()) return list_text(field, *node.as_array());
    fail_type(field, node);
  }

  std::string list_text(const ScenarioField& field, const toml::array& items) const {
    std::string text;
    for (const toml::node& item : items) {
      if (!item.is_string()) fail_type(field, item);
      text += (text.empty() ? "" : ", ") + item.as_string()->get();
    }
    return text;
  }

  [[noreturn]] void fail_type(const ScenarioField& field, const toml::node& node) const {
    fail(node.source().begin,
         std::string(field.name) + ": " + type_text(node) + ", but this must be " + wanted_text(field));
  }

  /// Names the position in the file of the field that validated() refused.
  [[noreturn]] void fail_as_a_whole(const Error& error) const {
    const std::string what = describe(error, scenario_);
    const bool is_field = error.code == Errc::field_too_small || error.code == Errc::field_too_large;
    const std::string name =
        is_field && error.at < scenario_fields().size() ? std::string(scenario_fields()[error.at].name)
        : error.code == Errc::field_unreadable          ? "changes"
                                               : canonical(std::string(name_of(static_cast<Setting>(error.at))));
    auto place = places_.find(name);
    if (place == places_.end() && !is_field)
      place = places_.find("changes");  // a setting that a change makes impossible
    if (place != places_.end()) fail(place->second, what);
    throw UsageError(source_.shown + ": " + what);
  }

  const ScenarioText& source_;
  Scenario scenario_;
  std::map<std::string, toml::source_position, std::less<>> places_;
};

std::string read_file(const std::string& path) {
  feed::TextFile file = feed::read_text_file(path, kMaxScenarioBytes);
  if (!file.problem.empty()) throw UsageError(file.problem);
  return std::move(file.text);
}

}  // namespace

std::vector<ListedScenario> listed_scenarios() {
  std::vector<ListedScenario> listed;
  for (const auto& [name, text] : embedded::kScenarios) {
    std::string_view about = text.substr(std::min(text.find('\n') + 1, text.size()));  // the first line is the licence
    about = about.substr(0, about.find('\n'));
    about.remove_prefix(std::min(about.find_first_not_of("# "), about.size()));
    listed.push_back({name, about});
  }
  return listed;
}

ScenarioText find_scenario(const std::string& named) {
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& [name, text] : embedded::kScenarios) {
    if (name == named) return {named + ".toml", std::string(text)};
    names.push_back(name);
    list.append(list.empty() ? "" : ", ").append(name);
  }
  std::error_code failed;
  const bool is_path =
      named.find('/') != named.npos || named.ends_with(".toml") || std::filesystem::exists(named, failed);
  if (is_path) return {named, read_file(named)};
  throw UsageError("there is no scenario '" + named + "'" + guess_text(named, names) + " There are: " + list +
                   "; or name a file.");
}

Scenario read_scenario(const ScenarioText& source) { return ScenarioReader(source).read(); }

}  // namespace metabatch::cli
