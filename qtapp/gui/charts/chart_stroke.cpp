// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_stroke.hpp"

#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace metabatch::gui {
namespace {

constexpr std::size_t kMostStretches = 64;  // with more gaps, the oldest spans are left out
constexpr qsizetype kDense = 150;           // points of a line
constexpr qreal kPointSize = 6;
constexpr qreal kHollowSize = 8;
constexpr qreal kDotWidth = 3;
constexpr int kMarkerPixels = 24;  // drawn smaller, on dense screens too

QImage marker(const QColor& colour, bool isRound, bool isHollow) {
  QImage image(kMarkerPixels, kMarkerPixels, QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  constexpr int kRim = kMarkerPixels / 5;
  painter.setPen(isHollow ? QPen(colour, kRim) : QPen(Qt::NoPen));
  painter.setBrush(isHollow ? QBrush(Qt::NoBrush) : QBrush(colour));
  const int edge = isHollow ? kRim / 2 : 0;
  const QRect inside = image.rect().adjusted(edge, edge, -edge, -edge);
  if (isRound)
    painter.drawEllipse(inside);
  else
    painter.drawRect(inside.adjusted(2, 2, -2, -2));
  return image;
}

}  // namespace

void ChartStroke::setTheme(const Theme& theme) {
  m_theme = theme;
  for (Stretch& one : m_stretches) style(one);
}

QPen ChartStroke::pen() const {
  if (m_origin == Origin::measured) return m_theme.pen(m_line.hue);
  QPen dotted(m_theme.hues[m_line.hue], kDotWidth);
  dotted.setDashPattern({0.1, 1.8});
  dotted.setCapStyle(Qt::RoundCap);
  return dotted;
}

void ChartStroke::style(Stretch& stretch) const {
  const QPen pen = this->pen();
  if (m_line.stroke == models::Stroke::points) {
    // This is no QScatterSeries, because that creates an item of the scene for every point.
    stretch.points->setPen(Qt::NoPen);
    stretch.points->setLightMarker(marker(m_theme.hues[m_line.hue], m_line.hue == 0, m_origin == Origin::whatIf));
    stretch.points->setMarkerSize(m_origin == Origin::whatIf ? kHollowSize : kPointSize);
    return;
  }
  if (!isArea()) {
    stretch.points->setPen(pen);
    return;
  }
  auto* const area = static_cast<QAreaSeries*>(stretch.shown);
  QColor fill = m_theme.hues[m_line.hue];
  fill = QColor::fromRgbF(fill.redF() * 0.55F + m_theme.card.redF() * 0.45F,
                          fill.greenF() * 0.55F + m_theme.card.greenF() * 0.45F,
                          fill.blueF() * 0.55F + m_theme.card.blueF() * 0.45F);
  area->setBrush(fill);
  area->setPen(pen);
}

ChartStroke::Stretch& ChartStroke::stretch(std::size_t index) {
  while (m_stretches.size() <= index) {
    Stretch fresh;
    auto* const line = new QLineSeries;
    fresh = {line, line};
    if (isArea()) {
      fresh.shown = new QAreaSeries(line);
      line->setParent(fresh.shown);
    }
    m_chart.addSeries(fresh.shown);
    fresh.shown->attachAxis(&m_x);
    fresh.shown->attachAxis(&m_y);
    style(fresh);
    m_stretches.push_back(fresh);
  }
  return m_stretches[index];
}

void ChartStroke::finish(QList<QPointF>& points) {
  if (points.isEmpty()) return;
  if (points.size() == 1) points.append(points.front());  // alone between two gaps
  if (m_used < kMostStretches) {
    Stretch& one = stretch(m_used++);
    one.points->replace(points);
    one.shown->setVisible(true);
  }
  points.clear();
}

double ChartStroke::scaled(double value) const { return m_floor > 0 ? std::log10(std::max(value, m_floor)) : value; }

void ChartStroke::append(const Column& column, double x, QList<QPointF>& points) const {
  if (m_line.stroke != models::Stroke::line) {
    points.append({x, scaled(column.max)});
    return;
  }
  const bool isRising = column.first <= column.last;
  points.append({x, scaled(isRising ? column.min : column.max)});
  if (column.min < column.max) points.append({x, scaled(isRising ? column.max : column.min)});
}

void ChartStroke::drawPoints(std::span<const Column> columns, double left, double width) {
  QList<QPointF> points;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].measured) continue;
    const double x = left + (static_cast<double>(i) + 0.5) * width;
    points.append({x, scaled(columns[i].max)});
    if (columns[i].min < columns[i].max) points.append({x, scaled(columns[i].min)});
  }
  if (points.isEmpty()) return;
  Stretch& one = stretch(m_used++);
  one.points->replace(points);
  one.shown->setVisible(true);
}

void ChartStroke::draw(std::span<const Column> columns, double left, double right) {
  const std::size_t before = m_used;
  m_used = 0;
  m_most = 0;
  const double width = (right - left) / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
  for (const Column& column : columns)
    if (column.measured) m_most = std::max(m_most, column.max);
  if (m_line.stroke == models::Stroke::points) {
    drawPoints(columns, left, width);
  } else {
    QList<QPointF> points;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].measured) continue;
      if (!columns[i].joined) finish(points);
      append(columns[i], left + (static_cast<double>(i) + 0.5) * width, points);
    }
    finish(points);
  }
  for (std::size_t i = m_used; i < before; ++i) m_stretches[i].shown->setVisible(false);
  choosePen();
}

/// Dashes, and lines wider than a pixel, are costly where thousands of strokes stand side by side,
/// and invisible there.
void ChartStroke::choosePen() {
  if (m_line.stroke == models::Stroke::points) return;
  const bool isDense = points() > kDense && m_origin == Origin::measured;
  const QPen pen = isDense ? QPen(m_theme.hues[m_line.hue], 1) : this->pen();
  for (std::size_t i = 0; i < m_used; ++i) {
    auto* const area = qobject_cast<QAreaSeries*>(m_stretches[i].shown);
    if (area != nullptr && area->pen() != pen) area->setPen(pen);
    if (area == nullptr && m_stretches[i].points->pen() != pen) m_stretches[i].points->setPen(pen);
  }
}

qsizetype ChartStroke::points() const {
  qsizetype count = 0;
  for (std::size_t i = 0; i < m_used; ++i) count += m_stretches[i].points->count();
  return count;
}

}  // namespace metabatch::gui
