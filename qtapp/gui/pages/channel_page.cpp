// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/channel_page.hpp"

#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "gui/window/tables.hpp"
#include "models/charts/chart_specs.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

ChannelPage::ChannelPage(models::ChannelLog& log, const models::LiveSeries& series, models::TimeWindow& window,
                         QWidget* parent)
    : QWidget(parent),
      m_log(log),
      m_window(window),
      m_filter(new models::ChannelFilter(this)),
      m_selection(new SelectionBar(series, window, this)),
      m_series(series),
      m_summary(new QLabel),
      m_state(new QLabel) {
  m_filter->setSourceModel(&log);
  m_summary->setAccessibleName(tr("Notifications received"));
  m_state->setWordWrap(true);
  m_state->setTextFormat(Qt::PlainText);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addWidget(m_state);
  layout->addLayout(makeCharts());
  layout->addWidget(m_summary);
  layout->addWidget(makeLog(), 1);
  m_state->hide();
  connect(&window, &models::TimeWindow::changed, this, &ChannelPage::refresh);
  connect(&window, &models::TimeWindow::selectionChanged, this, &ChannelPage::select);
  connect(&window, &models::TimeWindow::cursorMoved, this, [this] {
    if (isVisible())
      for (ChartCard* const card : m_cards) card->refreshLegend(m_series);
  });
}

QWidget* ChannelPage::makeLog() {
  m_table = makeTable(*m_filter, tr("Notifications"));
  m_table->setItemDelegate(new ProblemDelegate(models::ChannelLog::IsBad, m_table));
  setWidths(*m_table, {95, 55, 60, 75, 90, 95, 290});
  m_detail = makeDetail(tr("Select a notification to see every agent that it names."));
  auto* const split = new QSplitter(Qt::Horizontal);
  split->addWidget(m_table);
  split->addWidget(m_detail);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 2);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& chosen) {
    if (chosen.isValid())
      m_detail->setPlainText(models::channelDetail(m_log.line(m_filter->mapToSource(chosen).row())));
  });
  return split;
}

QLayout* ChannelPage::makeCharts() {
  auto* const charts = new QHBoxLayout;
  for (const models::ChartSpec& spec : models::channelSpecs()) {
    m_cards.push_back(new ChartCard(spec, m_window));
    m_cards.back()->setFixedHeight(210);
    charts->addWidget(m_cards.back());
  }
  return charts;
}

void ChannelPage::setTheme(const Theme& theme) {
  for (ChartCard* const card : m_cards) card->setTheme(theme);
}

void ChannelPage::select() {
  m_filter->setSpan(m_window.selection());
  refresh();
}

void ChannelPage::setLatencyShown(bool shown) { m_cards.back()->setVisible(shown); }

void ChannelPage::setState(const QString& state) {
  m_state->setText(state);
  m_state->setVisible(!state.isEmpty());
}

void ChannelPage::refresh() {
  if (!isVisible()) return;
  for (ChartCard* const card : m_cards) card->refresh(m_series);
  if (m_window.selection())
    m_selection->setShown(
        tr("%1 in the log").arg(models::counted(static_cast<quint64>(m_filter->rowCount()), "notification")));
  QString text = tr("%1 received").arg(models::counted(m_log.received(), "notification"));
  if (m_log.malformed() > 0) text += tr(", %1 with unreadable parts").arg(models::withCommas(m_log.malformed()));
  if (m_log.lost() > 0) text += tr(", %1 not received").arg(models::withCommas(m_log.lost()));
  m_summary->setText(text);
}

QString ChannelPage::summary() const { return m_summary->text(); }

}  // namespace metabatch::gui
