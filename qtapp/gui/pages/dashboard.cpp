// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/dashboard.hpp"

#include <QGridLayout>
#include <algorithm>

#include "gui/panels/health_panel.hpp"
#include "gui/panels/selection_bar.hpp"
#include "models/charts/chart_specs.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kCardWidth = 400;  // a narrower page has one column less
constexpr int kMostColumns = 4;
constexpr int kNarrow = 800;  // the figures go below the findings

}  // namespace

Dashboard::Dashboard(const models::LiveSeries& series, models::TimeWindow& window, QWidget* parent)
    : QWidget(parent), m_series(series), m_window(window), m_health(new HealthPanel), m_figures(new QLabel) {
  makeHeader();
  m_grid = new QWidget;
  auto* const grid = new QGridLayout(m_grid);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(8);
  for (const models::ChartSpec& spec : models::chartSpecs()) m_cards.push_back(new ChartCard(spec, window, m_grid));
  m_scroll = new QScrollArea;
  m_scroll->setWidget(m_grid);
  m_scroll->setWidgetResizable(true);
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_scroll->setFocusPolicy(Qt::NoFocus);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->setSpacing(8);
  layout->addWidget(m_header);
  layout->addWidget(m_scroll, 1);
  connect(&window, &models::TimeWindow::changed, this, &Dashboard::refreshCharts);
  connect(&window, &models::TimeWindow::cursorMoved, this, [this] {
    if (isVisible())
      for (ChartCard* const card : m_cards) card->refreshLegend(m_series);
  });
  new SelectionBar(series, window, this);
  arrange();
}

void Dashboard::makeHeader() {
  auto* const header = new QFrame;
  m_header = header;
  header->setFrameShape(QFrame::StyledPanel);
  header->setAutoFillBackground(true);
  m_figures->setTextFormat(Qt::RichText);
  m_figures->setAlignment(Qt::AlignRight | Qt::AlignTop);
  m_headerLayout = new QGridLayout(header);
  m_headerLayout->setContentsMargins(14, 8, 14, 8);
  m_headerLayout->setHorizontalSpacing(28);
  m_headerLayout->addWidget(m_health, 0, 0);
  m_headerLayout->setColumnStretch(0, 1);
  connect(m_health, &HealthPanel::adviceWanted, this, &Dashboard::adviceWanted);
}

void Dashboard::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colours = theme.palette;
  colours.setColor(QPalette::Window, theme.card);
  m_header->setPalette(colours);
  m_health->setTheme(theme);
  for (ChartCard* const card : m_cards) card->setTheme(theme);
}

QString Dashboard::headline() const { return m_health->headline(); }
QString Dashboard::saved() const { return m_health->saved(); }
QString Dashboard::words() const { return m_health->words(); }

void Dashboard::showFigures(const std::vector<std::pair<QString, QString>>& figures) {
  QString rows;
  for (const auto& [name, value] : figures)
    rows += QStringLiteral("<tr><td style='color:%1;padding-right:10px'>%2</td><td align=right><b>%3</b></td></tr>")
                .arg(m_theme.faint.name(), name.toHtmlEscaped(), value.toHtmlEscaped());
  m_figures->setText("<table cellspacing=0 cellpadding=1>" + rows + "</table>");
}

void Dashboard::refresh(const models::HealthText& health) {
  m_health->show(health);
  showFigures(health.figures);
  refreshCharts();
}

void Dashboard::refreshCharts() {
  if (!isVisible()) return;
  for (ChartCard* const card : m_cards) card->refresh(m_series);
}

void Dashboard::setWhatIf(std::shared_ptr<const models::WhatIfAnswer> answer) {
  const models::LiveSeries* const series = answer ? &answer->series : nullptr;
  setBeside({std::move(answer), series}, tr("what if"));
}

void Dashboard::setBeside(std::shared_ptr<const models::LiveSeries> series, const QString& name) {
  for (ChartCard* const card : m_cards) card->setBeside(series.get(), name);
  m_beside = std::move(series);  // the previous ones are freed when nothing draws them any more
  refreshCharts();
}

void Dashboard::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void Dashboard::arrange() {
  const bool isNarrow = width() < kNarrow;
  m_headerLayout->addWidget(m_figures, isNarrow ? 1 : 0, isNarrow ? 0 : 1);
  const int columns = std::clamp(width() / kCardWidth, 1, kMostColumns);
  if (columns == m_columns) return;
  m_columns = columns;
  auto* const grid = static_cast<QGridLayout*>(m_grid->layout());
  for (std::size_t i = 0; i < m_cards.size(); ++i) {
    const int index = static_cast<int>(i);
    grid->addWidget(m_cards[i], index / columns, index % columns);
  }
  for (int column = 0; column < kMostColumns; ++column) grid->setColumnStretch(column, column < columns ? 1 : 0);
}

}  // namespace metabatch::gui
