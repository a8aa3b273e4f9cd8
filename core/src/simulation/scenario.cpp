// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/scenario.hpp"

#include <algorithm>
#include <iterator>

#include "base/figure_text.hpp"
#include "base/order.hpp"
#include "simulation/scenario_fields.hpp"
#include "simulation/scenario_text.hpp"

namespace metabatch {
namespace {

std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(find_field(name) - scenario_fields().data());
}

Error refused(Errc code, std::string_view name) { return {code, index_of(name)}; }

std::optional<Error> out_of_range(const Scenario& scenario) {
  for (const FieldAccess& access : field_access()) {
    const ScenarioField& field = access.field;
    if (field.is_setting || field.kind == FieldKind::list) continue;  // settings: judged as a whole
    const std::int64_t number = access.get(scenario);
    if (number < field.least) return refused(Errc::field_too_small, field.name);
    if (number > field.most) return refused(Errc::field_too_large, field.name);
  }
  return std::nullopt;
}

/// Times that are 0 for "not at all": what is nearer to 0 than this would keep a simulation busy
/// with nothing else.
struct LeastTime {
  std::string_view field;
  Duration least;
};
constexpr LeastTime kLeastTimes[] = {{"sample-every", std::chrono::milliseconds(1)},
                                     {"fleet.burst-every", std::chrono::milliseconds(1)},
                                     {"fleet.stay", std::chrono::seconds(1)},
                                     {"fleet.away", std::chrono::seconds(1)}};

std::optional<Error> too_often(const Scenario& s) {
  const Duration times[] = {s.sample_every, s.fleet.burst_every, s.fleet.stay, s.fleet.away};
  static_assert(std::size(times) == std::size(kLeastTimes));
  for (std::size_t i = 0; i < std::size(times); ++i)
    if (times[i] > Duration{} && times[i] < kLeastTimes[i].least)
      return refused(Errc::field_too_small, kLeastTimes[i].field);
  return std::nullopt;
}

std::optional<Error> at_odds(const Scenario& s) {
  const Fleet& fleet = s.fleet;
  const Latency& latency = s.store.latency;
  if (jitter_of(fleet) > fleet.every) return refused(Errc::field_too_large, "fleet.jitter");
  if (fleet.value_bytes_most < fleet.value_bytes_least) return refused(Errc::field_too_small, "fleet.value-bytes-most");
  if (latency.shape != LatencyShape::fixed && latency.p99 < latency.p50)
    return refused(Errc::field_too_small, "store.latency.p99");
  if (fleet.stay > Duration{} && fleet.away == Duration{}) return refused(Errc::field_too_small, "fleet.away");
  const std::int64_t most_of_agents = find_field("fleet.agents")->most;
  for (const FleetChange& change : fleet.changes)
    if (change.agents > most_of_agents) return refused(Errc::field_too_large, "fleet.changes");
  const std::int64_t agents = most_agents(fleet);
  if (agents > most_of_agents) return refused(Errc::field_too_large, "fleet.agents");
  if (agents * fleet.keys > kMaxModelRows) return refused(Errc::field_too_large, "fleet.keys");
  return std::nullopt;
}

std::optional<Error> list_out_of_range(const Scenario& s) {
  const Duration longest(find_field("duration")->most);
  const auto outside = [longest](Duration at) { return at < Duration{} || at > longest; };
  for (const FleetChange& change : s.fleet.changes)
    if (outside(change.at)) return refused(Errc::field_too_large, "fleet.changes");
  for (const SettingChange& change : s.changes)
    if (outside(change.at)) return refused(Errc::field_too_large, "changes");
  for (std::size_t i = 0; i < kFaults; ++i)
    for (const Window& window : windows_of(s.store, static_cast<Fault>(i)))
      if (outside(window.begin) || outside(window.length))
        return refused(Errc::field_too_large, name_of(static_cast<Fault>(i)));
  return std::nullopt;
}

template <class Change>
void sort_by_time(std::vector<Change>& changes) {
  insertion_sort(changes, [](const Change& a, const Change& b) { return a.at < b.at; });
}

/// The changes in their order, each on top of the one before.
std::optional<Error> impossible_change(const Scenario& scenario) {
  Scenario running = scenario;
  for (std::size_t i = 0; i < scenario.changes.size(); ++i) {
    const SettingChange& change = scenario.changes[i];
    const ScenarioField* field = find_field(change.field);
    Scenario wanted = running;
    if (field == nullptr || !field->is_setting || !set_field(wanted, change.field, change.text))
      return Error{Errc::field_unreadable, i};
    const Result<ValidConfig> config = validated_change(running.config, wanted.config);
    if (!config) return config.error();
    running.config = *config;
  }
  return std::nullopt;
}

std::string bound_text(const ScenarioField& field, std::int64_t number) {
  switch (field.kind) {
    case FieldKind::duration: return format_duration(Duration(number));
    case FieldKind::share: return std::to_string(number / 10'000) + "%";
    case FieldKind::list: return counted_figure(static_cast<double>(number), "item", "items");
    default: return whole_figure(number);
  }
}

/// As bounds are printed beside it; what is no number as it is written.
std::string asked_text(const Scenario& asked, std::size_t field) {
  const FieldAccess& access = field_access()[field];
  if (access.field.kind == FieldKind::integer) return bound_text(access.field, access.get(asked));
  return field_text(asked, access.field.name);
}

std::string possible(const ScenarioField& field) {
  if (field.kind == FieldKind::choice) {
    std::string all;
    for (const std::string_view choice : field.choices) all.append(all.empty() ? "" : ", ").append(choice);
    return "one of " + all;
  }
  switch (field.list) {
    case ListKind::fleet_changes: return "items such as 10m+200 or 20m-100, with commas between";
    case ListKind::windows: return "items such as 60s+30s (begin+length), with commas between";
    case ListKind::setting_changes: return "items such as 10m:batch-size=5000, with commas between";
    case ListKind::none: break;
  }
  return bound_text(field, field.least) + " to " + bound_text(field, field.most);
}

std::string why_refused(std::string_view name) {
  if (name == "fleet.jitter") return "not longer than the report interval";
  if (name == "fleet.value-bytes-most") return "not below fleet.value-bytes-least";
  if (name == "store.latency.p99") return "not below store.latency.p50";
  if (name == "fleet.away") return "at least 1s where agents do not stay for ever";
  if (name == "fleet.keys")
    return "no more than " + count_figure(static_cast<double>(kMaxModelRows)) + " agents times keys";
  for (const LeastTime& time : kLeastTimes)
    if (time.field == name) return "at least " + format_duration(time.least) + " where it is not 0";
  return {};
}

}  // namespace

std::int64_t most_agents(const Fleet& fleet) {
  std::int64_t most = fleet.agents, present = fleet.agents;
  for (const FleetChange& change : fleet.changes) {
    present = std::max<std::int64_t>(present + change.agents, 0);
    most = std::max(most, present);
  }
  return most;
}

void join(std::vector<Window>& windows) {
  insertion_sort(windows, [](const Window& a, const Window& b) { return a.begin < b.begin; });
  std::vector<Window> joined;
  for (const Window& window : windows) {
    if (window.length == Duration{}) continue;
    if (!joined.empty() && window.begin <= joined.back().end())
      joined.back().length = std::max(joined.back().end(), window.end()) - joined.back().begin;
    else
      joined.push_back(window);
  }
  windows = std::move(joined);
}

ValidScenario::ValidScenario() : ValidScenario(validated(Scenario{}).value()) {}

Result<ValidScenario> validated(Scenario scenario) {
  if (const auto error = list_out_of_range(scenario)) return *error;
  sort_by_time(scenario.fleet.changes);
  sort_by_time(scenario.changes);
  for (std::size_t i = 0; i < kFaults; ++i) join(windows_of(scenario.store, static_cast<Fault>(i)));
  if (const auto error = out_of_range(scenario)) return *error;
  if (const auto error = too_often(scenario)) return *error;
  if (const auto error = at_odds(scenario)) return *error;
  const Result<ValidConfig> config = validated(scenario.config);
  if (!config) return config.error();
  scenario.config = *config;
  scenario.fleet.jitter = jitter_of(scenario.fleet);
  if (const auto error = impossible_change(scenario)) return *error;
  return ValidScenario(std::move(scenario));
}

std::string describe(const Error& error, const Scenario& asked) {
  if (error.code == Errc::field_unreadable) {
    if (error.at >= asked.changes.size()) return "A change of settings cannot be read.";
    return "The change " + format(asked.changes[error.at]) + " sets nothing that a running batcher can change.";
  }
  if (error.code != Errc::field_too_small && error.code != Errc::field_too_large) return describe(error, asked.config);
  const auto fields = scenario_fields();
  if (error.at >= fields.size()) return "The scenario is impossible.";
  const ScenarioField& field = fields[error.at];
  const std::string why = why_refused(field.name);
  return std::string(field.name) + (error.code == Errc::field_too_small ? " is too small" : " is too large") +
         ": asked for " + asked_text(asked, error.at) + ", possible is " + possible(field) +
         (why.empty() ? "" : ", and " + why) + ".";
}

std::string describe(const Error& error, std::string_view name, std::string_view text) {
  const ScenarioField* field = find_field(name);
  if (field == nullptr) return "There is no field " + std::string(name) + ".";
  const std::string asked = std::string(field->name) + " cannot be \"" + std::string(text) + "\"";
  const std::string may_be = "it is " + possible(*field) + ".";
  const bool ends_in_a_digit = !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (error.code == Errc::field_unreadable && field->kind == FieldKind::duration && ends_in_a_digit &&
      error.at == text.size())
    return asked + ": its unit is missing, as in 5s or 250ms; " + may_be;
  if (error.code == Errc::field_unreadable && field->kind != FieldKind::choice)
    return asked + ": byte " + count_figure(static_cast<double>(error.at)) + " cannot be read; " + may_be;
  return asked + ": " + may_be;
}

}  // namespace metabatch
