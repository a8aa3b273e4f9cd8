// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace metabatch::gui {

/// One line of plain text that is cut with an ellipsis when space is short. Its length never moves
/// the layout. A text in a large font becomes smaller, and then two lines in the height of one,
/// before it is cut.
class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(QWidget* parent = nullptr);
  /// The size to which the font may shrink. Until it is set, the font does not shrink.
  /// @units points
  void setSmallest(qreal points) { m_smallest = points; }
  /// The text as it is painted at the present width.
  [[nodiscard]] QString shownText() const { return fit().text; }
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  /// How the text is painted.
  struct Fit {
    QFont font;
    int flags = 0;  // of Qt::TextFlag
    QString text;
  };
  [[nodiscard]] Fit fit() const;
  [[nodiscard]] int twoLines() const;
  qreal m_smallest = 0;  // 0: that of the font
};

}  // namespace metabatch::gui
