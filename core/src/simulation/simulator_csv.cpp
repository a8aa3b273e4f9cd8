// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/number.hpp"
#include "metabatch/simulation/simulator.hpp"

namespace metabatch {
namespace {

constexpr std::int64_t kMostRows = 100'000;

}  // namespace

std::string Simulator::timeline_csv() const {
  const Timeline& timeline = this->timeline();
  std::string text = "time_s";
  for (const std::string& name : timeline.names()) text.append(",").append(name);
  text += "\n";
  if (timeline.empty()) return text;
  const Duration step = std::max(scenario().sample_every, timeline.end().time_since_epoch() / kMostRows);
  // A column for each sample, with the sample in its middle.
  const auto rows = static_cast<std::size_t>((timeline.end().time_since_epoch() + step / 2) / step) + 1;
  const Instant from = Instant{} - step / 2;
  std::vector<std::vector<Column>> series(timeline.names().size(), std::vector<Column>(rows));
  for (std::size_t i = 0; i < series.size(); ++i)
    timeline.decimate(i, from, from + step * static_cast<std::int64_t>(rows), series[i]);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto is_measured = [row](const std::vector<Column>& columns) { return columns[row].measured; };
    if (std::none_of(series.begin(), series.end(), is_measured)) continue;
    const Instant at = Instant{} + step * static_cast<std::int64_t>(row);
    append_number(text, in_seconds(std::min(at, timeline.end()).time_since_epoch()));
    for (const std::vector<Column>& columns : series) {
      text += ',';
      if (columns[row].measured) append_number(text, columns[row].last);
    }
    text += "\n";
  }
  return text;
}

}  // namespace metabatch
