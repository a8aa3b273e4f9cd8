// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/time_chart.hpp"

#include <QGraphicsLayout>
#include <QKeyEvent>
#include <QLegend>
#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/charts/chart_axes.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kPixelsAColumn = 2;
constexpr double kZoomStep = 1.25;
constexpr double kPanStep = 0.25;  // of the span
constexpr double kCursorStep = 0.01;
constexpr double kMarkSize = 0.8;      // of the font of the chart
constexpr int kLabelReach = 110;       // pixels for the words of the crosshair on either side
constexpr double kHeadroom = 1.03;     // so that a line at the top is visible in its full width
constexpr double kLabelPadding = 4.5;  // of QtCharts: above and below a label
constexpr double kLimitReach = 3.0;    // a limit beyond so many times the data is left out of the scale

}  // namespace

TimeChart::TimeChart(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent)
    : QChartView(parent), m_spec(spec), m_window(window), m_x(new QCategoryAxis), m_y(new QCategoryAxis) {
  setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
  setFrameShape(QFrame::NoFrame);
  setMinimumHeight(150);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(QStringLiteral("%1, %2").arg(models::chartText(spec.title), models::chartText(spec.unit)));
  makeAxes();
  const auto add = [&](const models::ChartLine& line) {
    m_strokes.push_back(std::make_unique<ChartStroke>(line, *chart(), *m_x, *m_y));
  };
  // Stacked areas cover one another, from the tallest (the last) down.
  for (std::size_t i = spec.lines.size(); i-- > 0;)
    if (spec.lines[i].stroke == models::Stroke::area) add(spec.lines[i]);
  for (const models::ChartLine& line : spec.lines)
    if (line.stroke != models::Stroke::area) add(line);
  connect(&window, &models::TimeWindow::cursorMoved, this, &TimeChart::moveCrosshair);
  connect(&window, &models::TimeWindow::selectionChanged, viewport(), qOverload<>(&QWidget::update));
}

/// The height of the text of a mark.
int TimeChart::markHeight() const {
  QFont font = this->font();
  font.setPointSizeF(font.pointSizeF() * kMarkSize);
  return QFontMetrics(font).height();
}

void TimeChart::makeAxes() {
  chart()->legend()->hide();
  chart()->setBackgroundVisible(false);
  chart()->layout()->setContentsMargins(0, 0, 0, 0);
  chart()->setMargins(QMargins(2, markHeight() + 2, 6, 0));  // above the curves: the texts of marks
  chart()->addAxis(m_x, Qt::AlignBottom);
  chart()->addAxis(m_y, Qt::AlignLeft);
  connect(chart(), &QChart::plotAreaChanged, this, [this] {
    scaleTime();
    scaleValues();
  });
  m_y->setRange(0, 1);
  QFont font = this->font();
  font.setPointSizeF(font.pointSizeF() * 0.85);
  for (QCategoryAxis* const axis : {m_x, m_y}) {
    axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
    axis->setStartValue(-1e12);
    axis->setLabelsFont(font);
    axis->setTitleFont(font);
    axis->setMinorGridLineVisible(false);
  }
  m_x->setGridLineVisible(false);
}

void TimeChart::setTheme(const Theme& theme) {
  m_theme = theme;
  for (QCategoryAxis* const axis : {m_x, m_y}) {
    axis->setLabelsColor(theme.faint);
    axis->setTitleBrush(theme.faint);
    axis->setGridLineColor(theme.grid);
    axis->setLinePenColor(theme.grid);
  }
  setBackgroundBrush(theme.card);
  for (const auto& stroke : m_strokes) stroke->setTheme(theme);
  for (const auto& stroke : m_others) stroke->setTheme(theme);
  viewport()->update();
}

Instant TimeChart::instantAt(double share) const {
  return m_from + Duration(static_cast<std::int64_t>(static_cast<double>((m_to - m_from).count()) * share));
}

void TimeChart::refresh(const models::LiveSeries& series) {
  m_from = m_window.from();
  m_to = m_window.to();
  scaleTime();
  const int width = std::max(static_cast<int>(chart()->plotArea().width()), 200);
  m_columns.resize(static_cast<std::size_t>(width / kPixelsAColumn));
  for (const auto& stroke : m_strokes) drawStroke(*stroke, series);
  drawWhatIf();
  scaleValues();
  m_why = series.whyMissing(m_spec.lines.front().series);
  for (const models::ChartLine& line : m_spec.lines)
    if (series.whyMissing(line.series).isEmpty()) m_why.clear();
  m_marks.clear();
  for (const models::Mark& mark : series.marks())
    if (mark.at >= m_from && mark.at <= m_to) m_marks.push_back(mark);
  viewport()->update();
}

void TimeChart::drawStroke(ChartStroke& stroke, const models::LiveSeries& series) {
  if (isHidden(stroke.line().series)) return stroke.draw({}, 0, 1);
  if (m_spec.isLogarithmic) stroke.setLogarithmic(std::pow(10.0, m_y->min()));
  const auto position = series.find(stroke.line().series);
  if (position.timeline != nullptr) position.timeline->decimate(position.series, m_from, m_to, m_columns);
  stroke.draw(m_columns, m_x->min(), m_x->max());
}

void TimeChart::drawWhatIf() {
  if (m_whatIf == nullptr) {
    for (const auto& stroke : m_others) stroke->draw({}, 0, 1);
    return;
  }
  if (m_others.empty())
    for (const auto& stroke : m_strokes) {  // in the same order
      m_others.push_back(std::make_unique<ChartStroke>(stroke->line(), *chart(), *m_x, *m_y, Origin::whatIf));
      m_others.back()->setTheme(m_theme);
    }
  for (const auto& stroke : m_others) drawStroke(*stroke, *m_whatIf);
}

void TimeChart::scaleTime() {
  if (m_window.showsWallClock())
    showTimesOfDay(*m_x, m_window, chart()->plotArea().width());
  else
    showTimesAgo(*m_x, m_window, chart()->plotArea().width());
}

/// The largest visible value. A limit far above the data is left out of the scale.
double TimeChart::most() const {
  double most = 0, limit = 0;
  for (const auto* const strokes : {&m_strokes, &m_others})
    for (const auto& stroke : *strokes) {
      if (stroke->line().stroke == models::Stroke::limit)
        limit = std::max(limit, stroke->most());
      else
        most = std::max(most, stroke->most());
    }
  return limit > 0 && limit <= most * kLimitReach ? std::max(most, limit) : most;
}

void TimeChart::scaleValues() {
  // QtCharts replaces labels that do not fit one above the other with dots.
  const double height = QFontMetricsF(m_y->labelsFont()).height() + 2 * kLabelPadding;
  const int labels = static_cast<int>(chart()->plotArea().height() / height);
  if (m_spec.isLogarithmic)
    showLogarithmic(*m_y, most(), labels);
  else
    showLinear(*m_y, most() * kHeadroom, labels);
}

void TimeChart::setHidden(std::string_view series, bool hidden) {
  if (hidden)
    m_hidden.emplace(series);
  else
    m_hidden.erase(std::string(series));
}

double TimeChart::value(const models::LiveSeries& series, const models::ChartLine& line) const {
  const auto position = series.find(line.series);
  if (position.timeline == nullptr) return std::numeric_limits<double>::quiet_NaN();
  const auto cursor = m_window.cursor();
  if (!cursor && m_window.isLive()) {
    if (line.stroke != models::Stroke::points) return position.timeline->latest(position.series);
  }
  // A column's width on either side of the crosshair, or the whole window.
  const Duration near = cursor ? std::max<Duration>((m_to - m_from) / 100, models::kSampleEvery) : Duration{};
  Column column;
  position.timeline->decimate(position.series, cursor ? *cursor - near : m_from, cursor ? *cursor + near : m_to,
                              {&column, 1});
  return column.measured ? column.last : std::numeric_limits<double>::quiet_NaN();
}

double TimeChart::shareOf(const QPoint& position) const {
  const QRectF plot = chart()->plotArea();
  return plot.width() <= 0 ? 0.5 : std::clamp((mapToScene(position).x() - plot.left()) / plot.width(), 0.0, 1.0);
}

std::optional<double> TimeChart::sceneX(Instant at) const {
  if (at < m_from || at > m_to || m_to <= m_from) return std::nullopt;
  const QRectF plot = chart()->plotArea();
  return plot.left() + plot.width() * (in_seconds(at - m_from) / in_seconds(m_to - m_from));
}

void TimeChart::wheelEvent(QWheelEvent* event) {
  const int turned = event->angleDelta().y();
  const bool isSideways = event->modifiers().testFlag(Qt::ShiftModifier) || event->angleDelta().x() != 0;
  if (isSideways) {
    m_window.pan(-kPanStep * (turned + event->angleDelta().x()) / 120.0);
  } else if (event->modifiers().testFlag(Qt::ControlModifier)) {
    m_window.zoom(std::pow(kZoomStep, -turned / 120.0), shareOf(event->position().toPoint()));
  } else {
    return event->ignore();  // the page scrolls
  }
  emit navigated();
  event->accept();
}

void TimeChart::mousePressEvent(QMouseEvent* event) {
  setFocus(Qt::MouseFocusReason);
  const bool isLeft = event->button() == Qt::LeftButton;
  const bool isMoving = event->button() == Qt::MiddleButton || event->modifiers().testFlag(Qt::ShiftModifier);
  if (isMoving)
    m_dragged = event->pos();
  else if (isLeft)
    m_pickedFrom = instantAt(shareOf(event->pos()));
  event->accept();
}

void TimeChart::mouseMoveEvent(QMouseEvent* event) {
  if (m_dragged && event->buttons() != Qt::NoButton) {
    const double moved = shareOf(*m_dragged) - shareOf(event->pos());
    m_dragged = event->pos();
    if (moved != 0) m_window.pan(moved);
    emit navigated();
  }
  const Instant here = instantAt(shareOf(event->pos()));
  m_window.setCursor(here);
  if (m_pickedFrom && event->buttons().testFlag(Qt::LeftButton)) m_window.setSelection(*m_pickedFrom, here);
  event->accept();
}

void TimeChart::mouseReleaseEvent(QMouseEvent* event) {
  // A single click clears the selection.
  if (m_pickedFrom && instantAt(shareOf(event->pos())) == *m_pickedFrom) m_window.setSelection({}, {});
  m_pickedFrom.reset();
  m_dragged.reset();
  event->accept();
}

void TimeChart::mouseDoubleClickEvent(QMouseEvent* event) {
  m_window.goLive();
  event->accept();
}

void TimeChart::leaveEvent(QEvent* event) {
  m_window.setCursor(std::nullopt);
  QChartView::leaveEvent(event);
}

void TimeChart::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: return m_window.zoom(1 / kZoomStep, 1);
    case Qt::Key_Minus: return m_window.zoom(kZoomStep, 1);
    case Qt::Key_Left: return pointAt(*event, -1);
    case Qt::Key_Right: return pointAt(*event, 1);
    case Qt::Key_Return:
    case Qt::Key_Enter: return m_window.zoomToSelection();
    case Qt::Key_Escape: return m_window.clearSelection();
    case Qt::Key_Home:
    case Qt::Key_End: return m_window.goLive();
    default: QChartView::keyPressEvent(event);
  }
}

void TimeChart::pointAt(QKeyEvent& event, double direction) {
  const bool isPicking = event.modifiers().testFlag(Qt::ShiftModifier);
  if (!isPicking && !event.modifiers().testFlag(Qt::ControlModifier)) return m_window.pan(direction * kPanStep);
  m_window.pause();  // no span can be selected while all of it moves
  m_window.moveCursor(direction * kCursorStep, isPicking);
}

/// Repaints only the strips of the old and the new crosshair.
void TimeChart::moveCrosshair() {
  viewport()->update(m_crosshair);
  m_crosshair = {};
  const auto cursor = m_window.cursor();
  if (const auto x = cursor ? sceneX(*cursor) : std::nullopt) {
    m_crosshair = QRect(mapFromScene(QPointF(*x, 0)).x() - kLabelReach, 0, 2 * kLabelReach, height());
    viewport()->update(m_crosshair);
  }
}

/// Draws a line down the plot, and its text above the curves where there is space; the newest
/// first.
void TimeChart::drawMarks(QPainter& painter, const QRectF& plot) const {
  const QFontMetrics metrics(painter.font());
  double free = plot.right();
  for (auto mark = m_marks.rbegin(); mark != m_marks.rend(); ++mark) {
    const auto x = sceneX(mark->at);
    if (!x) continue;
    QPen pen(m_theme.mark, 1);
    pen.setDashPattern({3, 3});
    painter.setPen(pen);
    painter.drawLine(QPointF(*x, plot.top()), QPointF(*x, plot.bottom()));
    const double width = metrics.horizontalAdvance(mark->text) + 6.0;
    const double left = std::max(*x + width > free ? free - width : *x, plot.left());
    if (left + width < *x || left + width > free) continue;
    free = left - 4;
    const QRectF box(left, plot.top() - metrics.height() - 1, width, metrics.height());
    painter.setPen(m_theme.mark);
    painter.drawText(box, Qt::AlignCenter, mark->text);
  }
}

void TimeChart::drawSelection(QPainter& painter, const QRectF& plot) const {
  const auto picked = m_window.selection();
  if (!picked || picked->to < m_from || picked->from > m_to) return;
  const double left = sceneX(std::max(picked->from, m_from)).value_or(plot.left());
  const double right = sceneX(std::min(picked->to, m_to)).value_or(plot.right());
  QColor fill = m_theme.palette.color(QPalette::Highlight);
  painter.setPen(QPen(fill, 1));
  for (const double x : {left, right}) painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
  fill.setAlphaF(0.18F);
  painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), fill);
}

void TimeChart::drawCrosshair(QPainter& painter, const QRectF& plot) const {
  const auto cursor = m_window.cursor();
  const auto x = cursor ? sceneX(*cursor) : std::nullopt;
  if (!x) return;
  painter.setPen(QPen(m_theme.faint, 1));
  painter.drawLine(QPointF(*x, plot.top()), QPointF(*x, plot.bottom()));
  const QString text = m_window.showsWallClock()
                           ? models::clockText(m_window.wallOf(*cursor))
                           : tr("%1 ago").arg(models::secondsText(std::max(in_seconds(m_window.now() - *cursor), 0.0)));
  const QFontMetrics metrics(painter.font());
  const double width = metrics.horizontalAdvance(text) + 6.0;
  const QRectF box(*x + width > plot.right() ? *x - width : *x, plot.bottom() - metrics.height(), width,
                   metrics.height());
  painter.fillRect(box, m_theme.card);
  painter.drawText(box, Qt::AlignCenter, text);
}

void TimeChart::drawForeground(QPainter* painter, const QRectF&) {
  const QRectF plot = chart()->plotArea();
  QFont font = this->font();
  font.setPointSizeF(font.pointSizeF() * kMarkSize);
  painter->setFont(font);
  painter->setPen(m_theme.faint);
  if (m_whatIf == nullptr) painter->drawText(plot, Qt::AlignCenter, m_why);
  drawSelection(*painter, plot);
  drawMarks(*painter, plot);
  drawCrosshair(*painter, plot);
  if (!hasFocus()) return;
  painter->setPen(QPen(m_theme.palette.color(QPalette::Highlight), 2));
  painter->drawRect(plot.adjusted(-1, -1, 1, 1));
}

void TimeChart::focusInEvent(QFocusEvent* event) {
  QChartView::focusInEvent(event);
  viewport()->update();
}

void TimeChart::focusOutEvent(QFocusEvent* event) {
  QChartView::focusOutEvent(event);
  m_window.setCursor(std::nullopt);  // the crosshair is hidden when the focus leaves
  viewport()->update();
}

}  // namespace metabatch::gui
