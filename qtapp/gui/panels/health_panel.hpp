// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "gui/window/theme.hpp"
#include "models/health_view.hpp"

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace metabatch::gui {

class ElidedLabel;

/// The state in words and colour with the span of all figures, and the findings below it, worst
/// first. A finding that a setting corrects has an Apply button. The height never changes: longer
/// texts scroll.
class HealthPanel : public QWidget {
  Q_OBJECT

 public:
  explicit HealthPanel(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void show(const models::HealthText& health);
  [[nodiscard]] QString headline() const;
  [[nodiscard]] QString saved() const;
  [[nodiscard]] QString words() const;

 signals:
  void adviceWanted(const metabatch::Config& config);

 private:
  struct Row {
    QWidget* row = nullptr;
    QLabel* mark = nullptr;
    QLabel* text = nullptr;
    QPushButton* apply = nullptr;
  };
  void makeTop(QVBoxLayout& layout);
  Row& row(std::size_t wanted);

  Theme m_theme;
  models::HealthText m_health;
  ElidedLabel* m_headline;
  QLabel* m_saved;
  QLabel* m_span;
  QScrollArea* m_scroll;
  QVBoxLayout* m_rowsLayout;
  std::vector<Row> m_rows;
};

}  // namespace metabatch::gui
