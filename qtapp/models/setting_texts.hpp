// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>

#include "metabatch/simulation/scenario.hpp"
#include "metabatch/time.hpp"

namespace metabatch::models {

/// Reads a duration from a field, in every form in which one is printed: as a setting (`5s`,
/// `1m30s`), in a sentence (`5 s`, `1 min 30 s`, `280 ms`, `4 µs`), and with the words of either
/// language (`90 seconds`, `1 Std. 30 Min.`, `1,5 Sekunden`). Every number needs a unit, except 0.
///
/// A comma is a decimal point. It is refused in front of exactly three digits, because `1,500 s`
/// could mean either.
///
/// @return nothing: it is no duration, or is below 0
std::optional<Duration> readDuration(const QString& text);

/// The text for set_field(): of a duration in its own form, else as it was typed, without blanks
/// around it, so that a message names what was typed.
std::string settingText(FieldKind kind, const QString& typed);

/// A field as the window shows it: `100,000`, `16 MiB`, `5s`, `coalesce`. set_field() reads it.
QString shownSetting(const Scenario& scenario, const ScenarioField& field);

}  // namespace metabatch::models
