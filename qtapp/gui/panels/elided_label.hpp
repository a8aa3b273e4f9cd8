// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace metabatch::gui {

/// One line of plain text that is cut with an ellipsis when space is short. Its length never moves
/// the layout.
class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(QWidget* parent = nullptr);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace metabatch::gui
