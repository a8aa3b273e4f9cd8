// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "metabatch/simulation/scenario.hpp"

/// What the page asks to be simulated. There are two at a time, so that settings can be compared: slot 0 is A, slot 1 is B.
namespace metabatch::wasm {

inline constexpr std::uint32_t kSlots = 2;

/// The scenario that mb_scenario() read into the slot last; a slot that there is not is slot 0.
Scenario& asked(std::uint32_t slot);

/// Takes the next line off `text`, cut at its first tab: what is before, and what is behind.
std::pair<std::string_view, std::string_view> next_line(std::string_view& text);

}  // namespace metabatch::wasm
