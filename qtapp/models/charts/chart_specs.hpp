// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// The charts, and the lines of each one.
namespace metabatch::models {

enum class Stroke : std::uint8_t {
  line,    ///< from minimum to maximum of each column, joined where no column is missing
  points,  ///< the extremes of each column
  area,    ///< filled down to the line before it, or to 0
  limit,   ///< a line that the scale need not include
};

struct ChartLine {
  std::string_view series;  ///< of LiveSeries
  const char* label;
  Stroke stroke;
  std::uint8_t hue;         ///< position in the palette; selects the dash too
  bool isOptional = false;  ///< not in the legend until it is measured
};

struct ChartSpec {
  const char* name;  ///< for settings and files
  const char* title;
  const char* unit;
  std::span<const ChartLine> lines;
  bool isLogarithmic = false;  ///< the sizes of its lines differ too much for a linear axis
};

/// A title, unit or label in the language of the window.
QString chartText(const char* text);
/// The charts of the dashboard.
std::span<const ChartSpec> chartSpecs();
/// The charts of a channel.
std::span<const ChartSpec> channelSpecs();

}  // namespace metabatch::models
