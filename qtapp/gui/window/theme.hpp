// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QPen>
#include <array>

#include "models/health_view.hpp"

namespace metabatch::gui {

enum class ThemeChoice : std::uint8_t { system, light, dark };

/// All colours, in one of two sets. Lines differ by dash as well as by hue. The hues are those of
/// Okabe and Ito, which colour-blind people can tell apart.
struct Theme {
  bool isDark = false;
  QPalette palette;
  std::array<QColor, 6> hues;  ///< 0 blue, 1 orange, 2 green, 3 grey, 4 purple, 5 red
  QColor card;
  QColor grid;
  QColor faint;  ///< for text of less importance
  QColor mark;   ///< for the mark of a changed setting

  [[nodiscard]] QPen pen(std::size_t hue) const;
  [[nodiscard]] QColor severity(models::Severity severity) const;
};

Theme themeOf(ThemeChoice choice);

}  // namespace metabatch::gui
