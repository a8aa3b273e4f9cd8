// SPDX-License-Identifier: Apache-2.0
#include "metabatch/outcome.hpp"

#include <iterator>

#include "base/enum_names.hpp"

namespace metabatch {

std::string_view name_of(Reason reason) {
  static constexpr std::string_view kNames[] = {"capacity", "scheduled", "shutdown"};
  static_assert(std::size(kNames) == kReasons);
  return enum_name(kNames, reason);
}

std::string_view name_of(FailureClass failure) {
  static constexpr std::string_view kNames[] = {"none", "connection", "deadlock", "serialization", "timeout",
                                                "data", "permission", "disk",     "other"};
  static_assert(std::size(kNames) == kFailureClasses);
  return enum_name(kNames, failure);
}

}  // namespace metabatch
