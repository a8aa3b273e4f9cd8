// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/elided_label.hpp"

#include <QPainter>
#include <QStyle>
#include <algorithm>

namespace metabatch::gui {
namespace {

constexpr int kShortest = 60;  // pixels

}  // namespace

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

QSize ElidedLabel::sizeHint() const { return {kShortest, std::max(QLabel::sizeHint().height(), twoLines())}; }
QSize ElidedLabel::minimumSizeHint() const { return {kShortest, std::max(fontMetrics().height(), twoLines())}; }

/// The height of two lines of the smallest font; 0: the font does not shrink.
int ElidedLabel::twoLines() const {
  if (m_smallest <= 0) return 0;
  QFont small = font();
  small.setPointSizeF(m_smallest);
  return QFontMetrics(small, this).boundingRect(QRect(0, 0, kShortest, kShortest), 0, "x\nx").height();
}

ElidedLabel::Fit ElidedLabel::fit() const {
  Fit found{font(), Qt::TextSingleLine, text().simplified()};
  const qreal smallest = m_smallest > 0 ? m_smallest : font().pointSizeF();
  for (qreal size = font().pointSizeF(); size > smallest - 1; --size) {
    found.font.setPointSizeF(std::max(size, smallest));
    const QFontMetrics metrics(found.font, this);
    found.flags = Qt::TextSingleLine;
    if (metrics.horizontalAdvance(found.text) <= width()) return found;
    if (m_smallest <= 0) break;
    found.flags = Qt::TextWordWrap;
    const QRect wrapped = metrics.boundingRect(QRect(0, 0, width(), height()), found.flags, found.text);
    if (wrapped.width() <= width() && wrapped.height() <= height()) return found;
  }
  found.flags = Qt::TextSingleLine;
  found.text = QFontMetrics(found.font, this).elidedText(found.text, Qt::ElideRight, width());
  return found;
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  const Fit shown = fit();
  QPainter painter(this);
  painter.setFont(shown.font);
  style()->drawItemText(&painter, rect(), static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter) | shown.flags, palette(),
                        isEnabled(), shown.text, QPalette::WindowText);
}

}  // namespace metabatch::gui
