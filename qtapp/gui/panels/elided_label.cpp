// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/elided_label.hpp"

#include <QPainter>
#include <QStyle>

namespace metabatch::gui {
namespace {

constexpr int kShortest = 60;  // pixels

}  // namespace

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

QSize ElidedLabel::sizeHint() const { return {kShortest, QLabel::sizeHint().height()}; }
QSize ElidedLabel::minimumSizeHint() const { return {kShortest, fontMetrics().height()}; }

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QString line = fontMetrics().elidedText(text().simplified(), Qt::ElideRight, width());
  style()->drawItemText(&painter, rect(), Qt::AlignLeft | Qt::AlignVCenter, palette(), isEnabled(), line,
                        QPalette::WindowText);
}

}  // namespace metabatch::gui
