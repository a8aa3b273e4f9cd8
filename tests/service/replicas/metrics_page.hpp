// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>

#include "cli/serving.hpp"

inline constexpr double kNoMetric = -1;

/// The sum of the metrics of a service whose lines contain this, asked for where the service runs;
/// kNoMetric when it does not answer, or has none.
inline double metric_of(const Serving& replica, const std::string& name) {
  const metabatch::test::Visit visit = replica.place().visit();
  const auto client = Client::try_to(replica.port());
  if (!client) return kNoMetric;
  client->send(request("GET", "/metrics"));
  std::istringstream page(answer_from(*client).body);
  double sum = 0;
  bool is_there = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("#") || line.find(name) == std::string::npos) continue;
    is_there = true;
    sum += std::atof(line.c_str() + line.rfind(' ') + 1);
  }
  return is_there ? sum : kNoMetric;
}
