// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// Which charts there are and what each draws.
namespace metabatch::models {

enum class Stroke : std::uint8_t {
  line,    ///< from minimum to maximum of each column, joined where nothing is missing between
  points,  ///< the extremes of each column
  area,    ///< filled down to the line before it, or to 0
  limit,   ///< a line that the scale need not reach
};

struct ChartLine {
  std::string_view series;  ///< of LiveSeries
  const char* label;
  Stroke stroke;
  std::uint8_t hue;         ///< position in the palette; the dash goes with it
  bool isOptional = false;  ///< not in the legend while it is not measured
};

struct ChartSpec {
  const char* name;  ///< for settings and files
  const char* title;
  const char* unit;
  std::span<const ChartLine> lines;
  bool isLogarithmic = false;  ///< its lines differ too much in size for a linear axis
};

/// A title, unit or label in the language of the window.
QString chartText(const char* text);
/// Of the dashboard.
std::span<const ChartSpec> chartSpecs();
/// Of a channel.
std::span<const ChartSpec> channelSpecs();

}  // namespace metabatch::models
