// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "cli/flags/arguments.hpp"
#include "feed/text_file.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

std::string place_of(const std::string& path, const toml::source_position& at) {
  return path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

class ConfigReader {
 public:
  explicit ConfigReader(const std::string& path) : path_(path) {}

  std::vector<ConfigSetting> read(std::string_view text) {
    try {
      read_table(toml::parse(text, path_), "");
    } catch (const toml::parse_error& error) {
      fail(error.source().begin, std::string(error.description()));
    }
    // The table is ordered by name. The settings of a section come last, so that they win.
    std::stable_partition(settings_.begin(), settings_.end(),
                          [](const ConfigSetting& setting) { return setting.section.empty(); });
    return std::move(settings_);
  }

 private:
  [[noreturn]] void fail(const toml::source_position& at, const std::string& what) const {
    throw UsageError(place_of(path_, at) + ": " + what);
  }

  void read_table(const toml::table& table, const std::string& section) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const toml::source_position at = key.source().begin;
      if (!node.is_table()) {
        settings_.push_back({section, name, values_of(name, node), place_of(path_, at)});
        continue;
      }
      if (!section.empty())
        fail(at, std::string("[").append(section).append(".").append(name).append(
                     "]: a section of a command has no sections"));
      read_table(*node.as_table(), name);
    }
  }

  std::vector<std::string> values_of(const std::string& name, const toml::node& node) const {
    if (!node.is_array()) return {value_of(name, node)};
    std::vector<std::string> values;
    for (const toml::node& one : *node.as_array()) values.push_back(value_of(name, one));
    if (values.empty()) fail(node.source().begin, "'" + name + "' has no value");
    return values;
  }

  std::string value_of(const std::string& name, const toml::node& node) const {
    if (node.is_integer()) return std::to_string(node.as_integer()->get());
    if (node.is_boolean()) return node.as_boolean()->get() ? "true" : "false";
    if (!node.is_string())
      fail(node.source().begin,
           "'" + name + "' must be a text in quotes, a whole number, true or false, or a list of these");
    std::string text = node.as_string()->get();
    if (text.empty()) fail(node.source().begin, "'" + name + "' has no value");
    return text;
  }

  const std::string& path_;
  std::vector<ConfigSetting> settings_;
};

}  // namespace

std::vector<ConfigSetting> read_config_file(const std::string& path) {
  const feed::TextFile file = feed::read_text_file(path, kMaxConfigBytes);
  if (!file.problem.empty()) throw UsageError(file.problem);
  return ConfigReader(path).read(file.text);
}

}  // namespace metabatch::cli
