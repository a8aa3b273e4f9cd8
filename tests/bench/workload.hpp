// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metabatch/update.hpp"

namespace metabatch::bench {

/// One agent's report of 15 keys with realistic values (about 18 bytes) and empty errors; owns its
/// bytes, as a report that came from a socket does. The peer makes the same bytes.
struct OwnedReport {
  Uuid agent;
  std::vector<std::string> key_bytes, value_bytes;
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> stamps;

  void stamp_all(WallTime stamp) { stamps.assign(stamps.size(), stamp); }
  [[nodiscard]] Report view() const { return {agent, keys, values, errors, stamps}; }
};

std::vector<OwnedReport> make_reports(std::size_t agents);

}  // namespace metabatch::bench
