// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QPen>
#include <array>

#include "models/health.hpp"

namespace metabatch::gui {

enum class ThemeChoice : std::uint8_t { system, light, dark };

/// The colours of everything, in one of two sets. Lines differ by dash as well as by hue, and the hues are those of Okabe and
/// Ito, which people who see fewer colours can tell apart.
struct Theme {
  bool isDark = false;
  QPalette palette;
  std::array<QColor, 6> hues;  ///< 0 blue, 1 orange, 2 green, 3 grey, 4 purple, 5 red
  QColor card;
  QColor grid;
  QColor faint;  ///< text of less weight
  QColor mark;   ///< of a changed setting

  [[nodiscard]] QPen pen(std::size_t hue) const;
  [[nodiscard]] QColor severity(models::Severity severity) const;
};

Theme themeOf(ThemeChoice choice);

}  // namespace metabatch::gui
