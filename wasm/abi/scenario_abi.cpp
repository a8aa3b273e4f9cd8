// SPDX-License-Identifier: Apache-2.0
#include "abi/scenario_abi.hpp"

#include <algorithm>
#include <optional>

#include "abi/abi.hpp"
#include "abi/table_columns.hpp"

/// The form of the page: its fields, and the problems of the entered values.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

struct Slot {
  Scenario asked;
  std::optional<ValidScenario> valid = ValidScenario();
};

Slot& slot_at(std::uint32_t slot) {
  static Slot slots[kSlots];
  return slots[slot < kSlots ? slot : 0];
}

constexpr std::string_view kKinds[] = {"integer", "duration", "share", "choice", "list"};

std::string limit_text(const ScenarioField& field, std::int64_t number) {
  if (field.kind == FieldKind::integer) return std::to_string(number);
  if (field.kind == FieldKind::duration) return format_duration(Duration(number));
  return {};
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ",").append(word);
  return text;
}

std::string with_dashes(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

/// The field that an error of validated() refers to.
std::string field_at_fault(const Error& error) {
  const auto fields = scenario_fields();
  if (error.code == Errc::field_unreadable) return "changes";
  if (error.code == Errc::field_too_small || error.code == Errc::field_too_large)
    return std::string(error.at < fields.size() ? fields[error.at].name : "");
  return with_dashes(name_of(static_cast<Setting>(error.at)));
}

void add_line(std::string& text, std::string_view name, std::string_view rest) {
  text.append(name).append("\t").append(rest).append("\n");
}

std::string default_text(const ScenarioField& field) {
  static const ValidScenario standard;
  return field_text(standard, field.name);
}

constexpr std::array<TextColumn<ScenarioField>, 8> kFieldColumns = {{
    {"name", [](const ScenarioField& f) { return std::string(f.name); }},
    {"kind", [](const ScenarioField& f) { return std::string(kKinds[static_cast<std::size_t>(f.kind)]); }},
    {"least", [](const ScenarioField& f) { return limit_text(f, f.least); }},
    {"most", [](const ScenarioField& f) { return limit_text(f, f.most); }},
    {"choices", [](const ScenarioField& f) { return joined(f.choices); }},
    {"setting", [](const ScenarioField& f) { return std::string(f.is_setting ? "1" : ""); }},
    {"default", default_text},
    {"help", [](const ScenarioField& f) { return std::string(f.help); }},
}};

}  // namespace

const Scenario& wasm::asked(std::uint32_t slot) { return slot_at(slot).asked; }

const ValidScenario* wasm::valid_scenario(std::uint32_t slot) {
  const std::optional<ValidScenario>& valid = slot_at(slot).valid;
  return valid ? &*valid : nullptr;
}

std::pair<std::string_view, std::string_view> wasm::next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  const std::size_t tab = std::min(line.find('\t'), line.size());
  return {line.substr(0, tab), line.substr(std::min(tab + 1, line.size()))};
}

/// The fields as a table with a header line. `choices` have commas between.
METABATCH_EXPORT(mb_fields)() {
  std::string text = header_line(kFieldColumns);
  for (const ScenarioField& field : scenario_fields()) text += row_line(kFieldColumns, field);
  return answer(std::move(text));
}

/// Reads lines `NAME tab TEXT` into the slot, on top of the defaults. The answer has a line `NAME
/// tab SENTENCE` for each wrong field; an empty answer: the scenario can be simulated.
METABATCH_EXPORT(mb_scenario)(std::uint32_t slot) {
  Scenario scenario;
  std::string problems;
  for (std::string_view rest = input(); !rest.empty();) {
    const auto [name, text] = next_line(rest);
    if (const Result<void> set = set_field(scenario, name, text); !set)
      add_line(problems, name, describe(set.error(), name, text));
  }
  const Result<ValidScenario> valid = validated(scenario);
  if (problems.empty() && !valid) add_line(problems, field_at_fault(valid.error()), describe(valid.error(), scenario));
  slot_at(slot) = {std::move(scenario), valid ? std::optional(*valid) : std::nullopt};
  return answer(std::move(problems));
}

/// The fields that differ from the defaults, as lines that mb_scenario() reads.
METABATCH_EXPORT(mb_changed)(std::uint32_t slot) {
  std::string text;
  for (const FieldText& field : changed_fields(asked(slot))) add_line(text, field.name, field.text);
  return answer(std::move(text));
}

/// All fields with the defaults of the settings filled in; nothing when the scenario is wrong.
METABATCH_EXPORT(mb_effective)(std::uint32_t slot) {
  std::string text;
  if (const ValidScenario* const valid = valid_scenario(slot))
    for (const ScenarioField& field : scenario_fields()) add_line(text, field.name, field_text(*valid, field.name));
  return answer(std::move(text));
}
