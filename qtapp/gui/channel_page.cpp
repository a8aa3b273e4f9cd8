// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/channel_page.hpp"

#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "gui/tables.hpp"
#include "models/chart_specs.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

ChannelPage::ChannelPage(models::ChannelLog& log, const models::LiveSeries& series, models::TimeWindow& window,
                         QWidget* parent)
    : QWidget(parent), m_log(log), m_series(series), m_summary(new QLabel), m_state(new QLabel) {
  m_summary->setAccessibleName(tr("Notifications heard"));
  m_state->setWordWrap(true);
  m_table = makeTable(log, tr("Notifications"));
  m_table->setItemDelegate(new TroubleDelegate(models::ChannelLog::IsBad, m_table));
  setWidths(*m_table, {110, 70, 70, 90, 150, 110, 300});
  m_detail = makeDetail(tr("Choose a notification to see every agent that it names."));
  auto* const split = new QSplitter(Qt::Horizontal);
  split->addWidget(m_table);
  split->addWidget(m_detail);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 2);
  auto* const charts = new QHBoxLayout;
  for (const models::ChartSpec& spec : models::channelSpecs()) {
    m_cards.push_back(new ChartCard(spec, window));
    m_cards.back()->setFixedHeight(210);
    charts->addWidget(m_cards.back());
  }
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addWidget(m_state);
  layout->addLayout(charts);
  layout->addWidget(m_summary);
  layout->addWidget(split, 1);
  m_state->hide();
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& chosen) {
    if (chosen.isValid()) m_detail->setPlainText(models::channelDetail(m_log.line(chosen.row())));
  });
  connect(&window, &models::TimeWindow::changed, this, &ChannelPage::refresh);
  connect(&window, &models::TimeWindow::cursorMoved, this, [this] {
    if (isVisible())
      for (ChartCard* const card : m_cards) card->refreshLegend(m_series);
  });
}

void ChannelPage::setTheme(const Theme& theme) {
  for (ChartCard* const card : m_cards) card->setTheme(theme);
}

void ChannelPage::setLatencyShown(bool shown) { m_cards.back()->setVisible(shown); }

void ChannelPage::setState(const QString& state) {
  m_state->setText(state);
  m_state->setVisible(!state.isEmpty());
}

void ChannelPage::refresh() {
  if (!isVisible()) return;
  for (ChartCard* const card : m_cards) card->refresh(m_series);
  QString text = tr("%1 heard").arg(models::counted(m_log.heard(), "notification"));
  if (m_log.malformed() > 0) text += tr(", %1 with something unreadable").arg(models::withCommas(m_log.malformed()));
  if (m_log.lost() > 0) text += tr(", %1 not heard").arg(models::withCommas(m_log.lost()));
  m_summary->setText(text);
}

QString ChannelPage::summary() const { return m_summary->text(); }

}  // namespace metabatch::gui
