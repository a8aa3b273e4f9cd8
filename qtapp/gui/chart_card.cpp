// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/chart_card.hpp"

#include <QVBoxLayout>
#include <cmath>

#include "models/words.hpp"

namespace metabatch::gui {
namespace {

const char* glyph(const models::ChartLine& line) {
  switch (line.stroke) {
    case models::Stroke::points: return line.hue == 0 ? "●" : "■";
    case models::Stroke::area: return "■";
    case models::Stroke::limit: return "┅";
    case models::Stroke::line: return line.hue == 0 ? "━" : "╍";
  }
  return "";
}

}  // namespace

ChartCard::ChartCard(const models::ChartSpec& spec, models::TimeWindow& window, QWidget* parent)
    : QFrame(parent),
      m_title(new QLabel(this)),
      m_legend(new QLabel(this)),
      m_others(new QLabel(this)),
      m_chart(new TimeChart(spec, window, this)) {
  setObjectName(spec.name);
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  m_legend->setTextFormat(Qt::RichText);
  m_legend->setMinimumWidth(80);  // a long legend is cut, it does not widen the card
  m_others->setTextFormat(Qt::RichText);
  m_others->setMinimumWidth(80);
  m_others->hide();
  m_title->setTextFormat(Qt::RichText);
  m_title->setMinimumWidth(80);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 8, 8, 4);
  layout->setSpacing(2);
  layout->addWidget(m_title);
  layout->addWidget(m_legend);
  layout->addWidget(m_others);
  layout->addWidget(m_chart, 1);
}

void ChartCard::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colours = theme.palette;
  colours.setColor(QPalette::Window, theme.card);
  setPalette(colours);
  m_title->setText(
      QStringLiteral("<b>%1</b> <span style='color:%2'>%3</span>")
          .arg(QLatin1String(m_chart->spec().title), theme.faint.name(), QLatin1String(m_chart->spec().unit)));
  m_chart->setTheme(theme);
}

void ChartCard::refresh(const models::LiveSeries& series) {
  m_chart->refresh(series);
  refreshLegend(series);
}

void ChartCard::setWhatIf(const models::LiveSeries* series) {
  m_chart->setWhatIf(series);
  m_others->setVisible(series != nullptr);
  if (series == nullptr) m_others->clear();
}

QString ChartCard::values(const models::LiveSeries& series, bool isWhatIf) const {
  QStringList parts;
  double below = 0;  // of stacked areas: a legend says the part, not the sum
  for (const models::ChartLine& line : m_chart->spec().lines) {
    double value = m_chart->value(series, line);
    if (line.stroke == models::Stroke::area) {
      const double top = value;
      value -= below;
      below = top;
    }
    const QString why = std::isnan(value) && !isWhatIf ? series.whyMissing(line.series) : QString();
    const bool isPoints = line.stroke == models::Stroke::points;
    if (std::isnan(value) && (isWhatIf || isPoints || (line.isOptional && why.isEmpty()))) continue;  // none in sight
    parts += QStringLiteral("<span style='color:%1'>%2</span>&nbsp;%3&nbsp;<b>%4</b>")
                 .arg(m_theme.hues[line.hue].name(), isWhatIf ? QStringLiteral("┈") : QString::fromUtf8(glyph(line)),
                      QString(QLatin1String(line.label)).replace(' ', "&nbsp;"),
                      why.isEmpty() ? models::rateText(value) : why);
  }
  return parts.join("&nbsp;&nbsp; ");
}

void ChartCard::refreshLegend(const models::LiveSeries& series) {
  m_legend->setText(values(series, false));
  if (m_chart->whatIf() != nullptr)
    m_others->setText(QStringLiteral("<i>%1</i>&nbsp; ").arg(tr("what if")) + values(*m_chart->whatIf(), true));
}

}  // namespace metabatch::gui
