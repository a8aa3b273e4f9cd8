// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "metabatch/simulation/scenario.hpp"

/// The scenarios that the page simulates. There are two, so that settings can be compared: slot 0
/// is A, slot 1 is B.
namespace metabatch::wasm {

inline constexpr std::uint32_t kSlots = 2;

/// The scenario that mb_scenario() last read into the slot; an unknown slot counts as slot 0.
const Scenario& asked(std::uint32_t slot);
/// The same as it runs; null: it is impossible, and mb_scenario() reported why.
const ValidScenario* valid_scenario(std::uint32_t slot);

/// Removes the next line from `text` and returns its parts before and behind the first tab.
std::pair<std::string_view, std::string_view> next_line(std::string_view& text);

}  // namespace metabatch::wasm
