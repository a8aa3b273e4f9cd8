// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

/// What happens to a part of a landscape, and how it ends.
struct Fault {
  const char* name;
  std::function<bool()> begin;
  std::function<bool()> end;
  /// Waits until a part has felt it, while agents still report. Empty: nothing is waited for.
  std::function<bool()> is_felt = {};
  /// Whether agents are answered meanwhile.
  bool is_served = true;
  /// Whether nothing that was answered 204 may be lost, even when agents report nothing more.
  bool keeps_everything = true;
};

using Faults = std::vector<Fault>;
