// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "gui/window/theme.hpp"
#include "models/inspection.hpp"

class QLabel;
class QPlainTextEdit;

namespace metabatch::gui {

/// Inspects a pasted text: colours the findings in place and describes them below.
class InspectorPage : public QWidget {
  Q_OBJECT

 public:
  explicit InspectorPage(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setText(const QString& text);
  void showExample();
  /// Inspects the text now. Otherwise that happens a moment after the last key press.
  void inspectNow();
  [[nodiscard]] QPlainTextEdit& input() { return *m_input; }
  [[nodiscard]] QString findings() const;

 private:
  void colour();
  void explainCursor();

  static constexpr int kMostCharacters = 2'000'000;  // more than this is cut, with a message
  Theme m_theme;
  models::Inspected m_found;
  QTimer m_soon;
  QPlainTextEdit* m_input;
  QLabel* m_here;
  QLabel* m_summary;
  QPlainTextEdit* m_findings;
};

}  // namespace metabatch::gui
