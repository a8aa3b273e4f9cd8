// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/theme.hpp"

#include <QGuiApplication>
#include <QVector>

namespace metabatch::gui {
namespace {

/// The desktop's palette, before this program set one.
bool isSystemDark() {
  static const bool isDark = QPalette().color(QPalette::Window).lightness() < 128;
  return isDark;
}

QPalette paletteOf(const char* window, const char* base, const char* text, const char* button, const char* highlight) {
  QPalette palette;
  const QColor ink(text);
  palette.setColor(QPalette::Window, QColor(window));
  palette.setColor(QPalette::WindowText, ink);
  palette.setColor(QPalette::Base, QColor(base));
  palette.setColor(QPalette::AlternateBase, QColor(window));
  palette.setColor(QPalette::Text, ink);
  palette.setColor(QPalette::Button, QColor(button));
  palette.setColor(QPalette::ButtonText, ink);
  palette.setColor(QPalette::BrightText, Qt::white);
  palette.setColor(QPalette::ToolTipBase, QColor(base));
  palette.setColor(QPalette::ToolTipText, ink);
  palette.setColor(QPalette::Highlight, QColor(highlight));
  palette.setColor(QPalette::HighlightedText, Qt::white);
  palette.setColor(QPalette::Link, QColor(highlight));
  QColor pale = ink;
  pale.setAlphaF(0.55F);
  palette.setColor(QPalette::PlaceholderText, pale);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    QColor disabled = ink;
    disabled.setAlphaF(0.4F);
    palette.setColor(QPalette::Disabled, role, disabled);
  }
  return palette;
}

Theme light() {
  Theme theme;
  theme.palette = paletteOf("#f3f4f6", "#ffffff", "#1c2127", "#e9ebee", "#0b63a5");
  theme.hues = {QColor("#0072b2"), QColor("#d98200"), QColor("#00845f"),
                QColor("#7a828c"), QColor("#a8518a"), QColor("#c8420b")};
  theme.card = QColor("#ffffff");
  theme.grid = QColor("#e3e6ea");
  theme.faint = QColor("#5d6670");
  theme.mark = QColor("#a8518a");
  return theme;
}

Theme dark() {
  Theme theme;
  theme.isDark = true;
  theme.palette = paletteOf("#171b21", "#1f252c", "#e4e8ec", "#2a313a", "#2f7fc1");
  theme.hues = {QColor("#56b4e9"), QColor("#f0a830"), QColor("#2ec4a0"),
                QColor("#98a2ad"), QColor("#d79cc2"), QColor("#ff7a45")};
  theme.card = QColor("#1f252c");
  theme.grid = QColor("#333b45");
  theme.faint = QColor("#a3adb8");
  theme.mark = QColor("#d79cc2");
  return theme;
}

}  // namespace

QPen Theme::pen(std::size_t hue) const {
  static const QVector<qreal> kDashes[] = {{}, {6, 3}, {2, 2}, {8, 3, 2, 3}, {4, 2, 1, 2}, {}};
  QPen pen(hues[hue], hue == 5 ? 2.0 : 1.6);
  if (!kDashes[hue].isEmpty()) pen.setDashPattern(kDashes[hue]);
  pen.setCapStyle(Qt::FlatCap);
  pen.setJoinStyle(Qt::BevelJoin);
  return pen;
}

QColor Theme::severity(models::Severity severity) const {
  switch (severity) {
    case models::Severity::good: return hues[2];
    case models::Severity::notice: return hues[0];
    case models::Severity::warning: return hues[1];
    case models::Severity::alarm: return hues[5];
  }
  return {};
}

Theme themeOf(ThemeChoice choice) {
  const bool systemIsDark = isSystemDark();  // asked before this program sets a palette
  return choice == ThemeChoice::dark || (choice == ThemeChoice::system && systemIsDark) ? dark() : light();
}

}  // namespace metabatch::gui
