// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "metabatch/simulation/scenario.hpp"

namespace metabatch {

/// A field and the way to it. Numbers of every kind go through one pair of functions: a duration as
/// nanoseconds, a share per million, a choice as its index. A list has none: its kind and its place
/// say where it is.
struct FieldAccess {
  ScenarioField field;
  std::int64_t (*get)(const Scenario&) = nullptr;
  void (*set)(Scenario&, std::int64_t) = nullptr;
  std::vector<Window>& (*windows)(Scenario&) = nullptr;  ///< ListKind::windows
};

std::span<const FieldAccess> field_access();

/// The times of a fault.
std::vector<Window>& windows_of(StoreModel& store, Fault fault);
const std::vector<Window>& windows_of(const StoreModel& store, Fault fault);
/// Puts windows in order, and joins those that touch.
void join(std::vector<Window>& windows);

}  // namespace metabatch
