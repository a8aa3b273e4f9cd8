// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metabatch/simulation/scenario.hpp"

/// The values of a scenario as text, and back. scenario_fields.hpp has the fields.
namespace metabatch {

/// Without the blanks around it.
std::string_view trimmed(std::string_view text);
/// Whether they are equal where `_` and `-` are the same.
bool same_name(std::string_view a, std::string_view b);

/// The error of a text that cannot be read from `at` on.
Error unreadable(std::size_t at);
/// An error of a part of a text, as one of the text.
Error within(std::string_view text, std::string_view part, Error error);

/// The value of one field as FieldAccess has it; the text has no blanks around it.
///
/// @errors field_unreadable: at = first offending byte; field_too_small, field_too_large: beyond
///         what any field can have
Result<std::int64_t> parse_field_number(const ScenarioField& field, std::string_view text);
std::string format_field_number(const ScenarioField& field, std::int64_t number);
/// Nanoseconds.
Result<std::int64_t> parse_time(std::string_view text);

/// Reads and writes the items of lists, each without blanks around it; at = offset in `text` of
/// what cannot be read.
Result<FleetChange> parse_fleet_change(std::string_view text);
Result<Window> parse_window(std::string_view text);
std::string format(const FleetChange& change);
std::string format(const Window& window);
std::string format(const SettingChange& change);

}  // namespace metabatch
