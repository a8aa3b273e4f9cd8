// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/result.hpp"
#include "metabatch/simulation/fleet.hpp"
#include "metabatch/simulation/store_model.hpp"
#include "metabatch/time.hpp"

/// The description of a simulation as plain data, and one table of its fields. The flags of the
/// program, the keys of scenario files and the form of the page are all made from that table.
namespace metabatch {

/// A setting that changes while the simulation runs, for all replicas at once: the field of that
/// name (one of the settings) is set to that text.
struct SettingChange {
  Duration at{};
  std::string field;
  std::string text;
  bool operator==(const SettingChange&) const = default;
};

/// A simulation as it is asked for. What runs one takes a ValidScenario.
struct Scenario {
  Fleet fleet;
  StoreModel store;
  Config config;                                ///< of each replica
  std::int64_t replicas = 1;                    ///< an agent's reports go to one of them
  Duration duration = std::chrono::minutes(5);  ///< virtual time of arrivals; then each replica closes, and drains
  std::uint64_t seed = 1;
  Duration sample_every{};             ///< of the timeline; 0: chosen by the duration
  std::vector<SettingChange> changes;  ///< ascending in `at` once validated
  bool operator==(const Scenario&) const = default;
};

/// The form of a field's text.
enum class FieldKind : std::uint8_t {
  integer,   ///< `600`
  duration,  ///< `250ms`, `5s`, `2m`
  share,     ///< `5%`, `0.05` or `50000ppm`; six digits after the point of a fraction
  choice,    ///< one of `choices`
  list,      ///< items with commas between, see ListKind
};

/// The form of a list's items.
enum class ListKind : std::uint8_t {
  none,
  fleet_changes,    ///< `10m+200`: 200 agents join after 10 minutes; `20m-100`: 100 leave
  windows,          ///< `60s+30s`: from 60 s on, for 30 s
  setting_changes,  ///< `10m:batch-size=5000`
};

/// One field of a Scenario.
struct ScenarioField {
  std::string_view name;  ///< `duration`, `batch-size`, `fleet.agents`, `store.latency.p99`: at most two dots; unique
  std::string_view
      flag;  ///< for a command line, without the dashes: `for`, `batch-size`, `agents`, `latency-p99`; unique
  FieldKind kind = FieldKind::integer;
  std::int64_t least = 0;  ///< integer, duration (nanoseconds), share (per million), list (items); both included
  std::int64_t most = 0;
  std::span<const std::string_view> choices;
  ListKind list = ListKind::none;
  bool is_setting = false;  ///< of the batcher: may also change while a simulation runs
  std::string_view help;    ///< one sentence
};

/// All of them, in the order in which a person should read them. Defaults: field_text(Scenario{},
/// name).
std::span<const ScenarioField> scenario_fields();
/// The field of that name or that flag; null when there is none.
const ScenarioField* find_field(std::string_view name);

/// Sets one field from its text. Blanks around the text and round the commas of a list are
/// ignored. `_` and `-` are the same in a name and in a choice. A number may have a comma before
/// every three digits (`100,000`), and a number of bytes a unit (`16 MiB`). After an error the
/// scenario is as it was.
///
/// @errors field_unknown; field_unreadable: at = first offending byte of the text; field_too_small,
///         field_too_large: at = 0
Result<void> set_field(Scenario& scenario, std::string_view name, std::string_view text);

/// The text that sets the field to its value; empty for an unknown field, and for an empty list.
std::string field_text(const Scenario& scenario, std::string_view name);

/// The fields that differ from Scenario{}, as pairs that set_field understands: a link, a file, a
/// command line.
struct FieldText {
  std::string_view name;
  std::string text;
};
std::vector<FieldText> changed_fields(const Scenario& scenario);

/// A scenario that can be simulated: the defaults are filled in, and all fields go together. Only
/// validated() makes it; it is used as a ValidConfig is.
class ValidScenario {
 public:
  ValidScenario();  ///< the defaults
  operator const Scenario&() const { return scenario_; }
  const Scenario& operator*() const { return scenario_; }
  const Scenario* operator->() const { return &scenario_; }
  [[nodiscard]] ValidConfig config() const { return ValidConfig(scenario_.config); }
  bool operator==(const ValidScenario&) const = default;

 private:
  friend Result<ValidScenario> validated(Scenario scenario);
  explicit ValidScenario(Scenario checked) : scenario_(std::move(checked)) {}
  Scenario scenario_;
};

/// The scenario with the defaults of its settings filled in, its lists in order and adjacent
/// windows joined; or why it is impossible.
///
/// @errors field_too_small, field_too_large: at = index in scenario_fields() of the field that is
///         out of its range, or that does not go with the others (a p99 below its p50, more jitter
///         than report interval, too many rows in all); setting_*: of the settings (at = a
///         Setting); field_unreadable: a change that is none, at = index of `changes`
Result<ValidScenario> validated(Scenario scenario);

/// One sentence for people about an error of validated().
std::string describe(const Error& error, const Scenario& asked);
/// The same about one of set_field().
std::string describe(const Error& error, std::string_view name, std::string_view text);

/// Rows that a fleet may come to in all, agents times keys.
inline constexpr std::int64_t kMaxModelRows = 1LL << 24;

}  // namespace metabatch
