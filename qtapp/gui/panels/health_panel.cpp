// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/health_panel.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "gui/panels/elided_label.hpp"

namespace metabatch::gui {
namespace {

constexpr int kLines = 4;                                  // of text, visible without scrolling
constexpr qreal kHeadline = 2.2, kSmallestHeadline = 1.1;  // of the size of other text

QString glyph(models::Severity severity) {
  switch (severity) {
    case models::Severity::good: return QStringLiteral("✔");
    case models::Severity::notice: return QStringLiteral("●");
    case models::Severity::warning: return QStringLiteral("▲");
    case models::Severity::alarm: return QStringLiteral("✖");
  }
  return {};
}

void setColour(QLabel& label, const QColor& colour) {
  QPalette palette = label.palette();
  palette.setColor(QPalette::WindowText, colour);
  label.setPalette(palette);
}

}  // namespace

HealthPanel::HealthPanel(QWidget* parent) : QWidget(parent) {
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  makeTop(*layout);
  auto* const rows = new QWidget;
  m_rowsLayout = new QVBoxLayout(rows);
  m_rowsLayout->setContentsMargins(0, 0, 0, 0);
  m_rowsLayout->setSpacing(2);
  m_rowsLayout->addStretch(1);
  m_scroll = new QScrollArea;
  m_scroll->setWidget(rows);
  m_scroll->setWidgetResizable(true);
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_scroll->setFocusPolicy(Qt::NoFocus);
  m_scroll->setFixedHeight(kLines * (fontMetrics().height() + 6));
  m_scroll->setAccessibleName(tr("Findings"));
  m_scroll->viewport()->setAutoFillBackground(false);
  rows->setAutoFillBackground(false);
  layout->addWidget(m_scroll);
}

void HealthPanel::makeTop(QVBoxLayout& layout) {
  m_headline = new ElidedLabel;
  m_headline->setObjectName("headline");
  QFont large = m_headline->font();
  m_headline->setSmallest(large.pointSizeF() * kSmallestHeadline);
  large.setPointSizeF(large.pointSizeF() * kHeadline);
  large.setBold(true);
  m_headline->setFont(large);
  m_headline->setAccessibleName(tr("State"));
  m_saved = new ElidedLabel;
  m_saved->setAccessibleName(tr("Share of writes and NOTIFYs that batching saves"));
  m_span = new QLabel;
  m_span->setAccessibleName(tr("Span of the figures"));
  layout.addWidget(m_headline);
  auto* const below = new QHBoxLayout;
  below->addWidget(m_saved, 1);
  below->addWidget(m_span);
  layout.addLayout(below);
}

HealthPanel::Row& HealthPanel::row(std::size_t wanted) {
  while (m_rows.size() <= wanted) {
    Row made{new QWidget, new QLabel, new QLabel, new QPushButton(tr("Apply"))};
    made.text->setTextFormat(Qt::PlainText);
    made.text->setWordWrap(true);
    made.text->setMinimumWidth(80);
    made.mark->setAlignment(Qt::AlignTop);
    made.apply->setObjectName(QStringLiteral("health-apply-%1").arg(m_rows.size()));
    made.apply->setToolTip(tr("Apply the named setting; this can be undone (Ctrl+Z)"));
    auto* const layout = new QHBoxLayout(made.row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(made.mark);
    layout->addWidget(made.text, 1);
    layout->addWidget(made.apply, 0, Qt::AlignTop);
    m_rowsLayout->insertWidget(m_rowsLayout->count() - 1, made.row);
    connect(made.apply, &QPushButton::clicked, this, [this, index = m_rows.size()] {
      if (index < m_health.lines.size() && m_health.lines[index].advice)
        emit adviceWanted(*m_health.lines[index].advice);
    });
    m_rows.push_back(made);
  }
  return m_rows[wanted];
}

void HealthPanel::setTheme(const Theme& theme) {
  m_theme = theme;
  show(m_health);
}

void HealthPanel::show(const models::HealthText& health) {
  m_health = health;
  m_headline->setText(glyph(health.severity) + QStringLiteral("  ") + health.headline);
  m_headline->setToolTip(health.headline.toHtmlEscaped());
  setColour(*m_headline, m_theme.severity(health.severity));
  m_saved->setText(health.saved + (health.rates.isEmpty() ? QString() : QStringLiteral(": ") + health.rates));
  m_saved->setToolTip(m_saved->text().toHtmlEscaped());
  m_span->setText(health.span);
  setColour(*m_span, m_theme.faint);
  for (std::size_t i = 0; i < std::max(m_rows.size(), health.lines.size()); ++i) {
    Row& shown = row(i);
    const bool isUsed = i < health.lines.size();
    shown.row->setVisible(isUsed);
    if (!isUsed) continue;
    shown.mark->setText(glyph(health.lines[i].severity));
    setColour(*shown.mark, m_theme.severity(health.lines[i].severity));
    shown.text->setText(health.lines[i].text);
    shown.apply->setVisible(health.lines[i].advice.has_value());
  }
}

QString HealthPanel::headline() const { return m_health.headline; }
QString HealthPanel::saved() const { return m_saved->text(); }

QString HealthPanel::words() const {
  QStringList lines;
  for (const models::HealthLine& line : m_health.lines) lines += glyph(line.severity) + ' ' + line.text;
  return lines.join('\n');
}

}  // namespace metabatch::gui
