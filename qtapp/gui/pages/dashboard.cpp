// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/dashboard.hpp"

#include <QGridLayout>
#include <QTextDocumentFragment>
#include <algorithm>

#include "gui/panels/selection_bar.hpp"
#include "models/charts/chart_specs.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kCardWidth = 400;  // below that a column less
constexpr int kMostColumns = 4;
constexpr int kNarrow = 800;  // the words go below the figures

const char* glyph(models::Severity severity) {
  switch (severity) {
    case models::Severity::good: return "✔";
    case models::Severity::notice: return "●";
    case models::Severity::warning: return "▲";
    case models::Severity::alarm: return "✖";
  }
  return "";
}

}  // namespace

Dashboard::Dashboard(const models::LiveSeries& series, models::TimeWindow& window, QWidget* parent)
    : QWidget(parent), m_series(series), m_window(window), m_header(makeHeader()) {
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
  layout->addWidget(new SelectionBar(window));
  layout->addWidget(m_scroll, 1);
  connect(&window, &models::TimeWindow::changed, this, &Dashboard::refreshCharts);
  connect(&window, &models::TimeWindow::cursorMoved, this, [this] {
    if (isVisible())
      for (ChartCard* const card : m_cards) card->refreshLegend(m_series);
  });
  arrange();
}

QWidget* Dashboard::makeHeader() {
  auto* const header = new QFrame;
  header->setFrameShape(QFrame::StyledPanel);
  header->setAutoFillBackground(true);
  m_saved = new QLabel("–");
  QFont large = m_saved->font();
  large.setPointSizeF(large.pointSizeF() * 3.2);
  large.setBold(true);
  m_saved->setFont(large);
  m_saved->setAccessibleName(tr("Share of writes and NOTIFYs that batching saves"));
  m_savedText = new QLabel;
  m_savedText->setWordWrap(true);
  m_figures = new QLabel;
  m_figures->setTextFormat(Qt::RichText);
  m_health = new QLabel;
  m_health->setTextFormat(Qt::RichText);
  m_health->setWordWrap(true);
  m_health->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_health->setAccessibleName(tr("Health"));
  auto* const saved = new QVBoxLayout;
  saved->setSpacing(0);
  saved->addWidget(m_saved);
  saved->addWidget(m_savedText);
  m_headerLayout = new QGridLayout(header);
  m_headerLayout->setContentsMargins(14, 8, 14, 8);
  m_headerLayout->setHorizontalSpacing(28);
  m_headerLayout->addLayout(saved, 0, 0);
  m_headerLayout->addWidget(m_figures, 0, 1);
  m_headerLayout->setColumnStretch(0, 2);
  return header;
}

void Dashboard::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colours = theme.palette;
  colours.setColor(QPalette::Window, theme.card);
  m_header->setPalette(colours);
  QPalette good = colours;
  good.setColor(QPalette::WindowText, theme.hues[2]);
  m_saved->setPalette(good);
  for (ChartCard* const card : m_cards) card->setTheme(theme);
}

QString Dashboard::words() const { return QTextDocumentFragment::fromHtml(m_health->text()).toPlainText(); }

void Dashboard::refreshHeader(const models::Condition& condition) {
  const Summary& minute = m_series.lastMinute();
  const bool isMeasured = !m_series.isEmpty() && minute.unbatched_db_writes_per_s > 0;
  m_saved->setText(isMeasured ? tr("%1 saved").arg(models::percentText(std::max(minute.saved, 0.0))) : tr("– saved"));
  m_savedText->setText(models::savedText(minute) + (isMeasured ? tr(", last minute") : QString()));
  QString rows;
  const auto row = [&](const QString& name, const QString& value) { rows += figure(name, value); };
  if (!m_series.isEmpty()) {
    const models::Sample& sample = m_series.latest();
    const Counters& counters = sample.counters;
    row(tr("updates a second"), models::rateText(minute.updates_per_s));
    row(tr("held now"), models::withCommas(counters.held()));
    row(tr("dropped"), models::withCommas(counters.dropped()));
    row(tr("failed flushes"), models::withCommas(sample.flushes.total_failures()));
    row(tr("delay p99"), models::secondsText(m_series.total().delay_p99));
  }
  m_figures->setText("<table cellspacing=0 cellpadding=1>" + rows + "</table>");
  tell(models::health(m_series, condition));
}

QString Dashboard::figure(const QString& name, const QString& value) const {
  return QStringLiteral("<tr><td style='color:%1;padding-right:10px'>%2</td><td align=right><b>%3</b></td></tr>")
      .arg(m_theme.faint.name(), name, value);
}

void Dashboard::refreshScrapeHeader() {
  m_saved->setText(models::scrapedHeadline(*m_scrape));
  m_savedText->setText(models::scrapedSavedText(*m_scrape));
  const auto rate = [](std::optional<double> value) { return value ? models::rateText(*value) : QStringLiteral("–"); };
  QString rows = figure(tr("entries a second"), rate(m_scrape->entries));
  rows += figure(tr("entries a flush"), rate(m_scrape->meanSize));
  rows += figure(tr("flush takes"), m_scrape->meanDuration ? models::secondsText(*m_scrape->meanDuration) : "–");
  if (const auto& p99 = m_scrape->durationP99)
    rows += figure(tr("flush p99"), (p99->isAtLeast ? tr("over ") : QString()) + models::secondsText(p99->value));
  rows += figure(tr("dropped, last minute"), rate(m_scrape->dropped));
  if (m_scrape->oldestAge) rows += figure(tr("oldest waits"), models::secondsText(*m_scrape->oldestAge));
  m_figures->setText("<table cellspacing=0 cellpadding=1>" + rows + "</table>");
  tell(models::scrapeHealth(*m_scrape));
}

void Dashboard::tell(const std::vector<models::HealthLine>& lines) {
  QString words;
  for (const models::HealthLine& line : lines)
    words += QStringLiteral("<p style='margin:2px 0'><span style='color:%1'>%2</span>&nbsp; %3</p>")
                 .arg(m_theme.severity(line.severity).name(), QString::fromUtf8(glyph(line.severity)),
                      line.text.toHtmlEscaped());
  m_health->setText(words);
}

void Dashboard::refresh(const models::Condition& condition) {
  if (!isVisible()) return;
  if (m_scrape != nullptr)
    refreshScrapeHeader();
  else
    refreshHeader(condition);
  refreshCharts();
}

void Dashboard::refreshCharts() {
  if (!isVisible()) return;
  for (ChartCard* const card : m_cards) card->refresh(m_series);
}

void Dashboard::setWhatIf(std::shared_ptr<const models::WhatIfAnswer> answer) {
  for (ChartCard* const card : m_cards) card->setWhatIf(answer ? &answer->series : nullptr);
  m_whatIf = std::move(answer);  // the one before goes when nobody draws it any more
  refreshCharts();
}

void Dashboard::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

void Dashboard::arrange() {
  const bool isNarrow = width() < kNarrow;
  m_headerLayout->addWidget(m_health, isNarrow ? 1 : 0, isNarrow ? 0 : 2, 1, isNarrow ? 2 : 1);
  m_headerLayout->setColumnStretch(2, isNarrow ? 0 : 4);
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
