// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/flush_page.hpp"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>

#include "gui/window/tables.hpp"
#include "models/words.hpp"

namespace metabatch::gui {

FlushPage::FlushPage(models::FlushLog& log, const models::LiveSeries& series, models::TimeWindow& window,
                     QWidget* parent)
    : QWidget(parent), m_log(log), m_window(window), m_filter(new models::FlushFilter(this)) {
  m_filter->setSourceModel(&log);
  m_filter->setSortRole(models::FlushLog::SortValue);
  m_text = new QLineEdit;
  m_text->setObjectName("filter");
  m_text->setPlaceholderText(tr("filter: reason, outcome, SQLSTATE …"));
  m_text->setClearButtonEnabled(true);
  m_text->setAccessibleName(tr("Filter of the flush log"));
  m_failedOnly = new QCheckBox(tr("failed only"));
  m_agent = new QPushButton;
  m_agent->setObjectName("flush-agent");
  m_agent->setText(tr("All agents"));  // hidden until a flush is selected
  m_agent->hide();
  m_table = makeTable(*m_filter, tr("Flush log"));
  m_table->setItemDelegate(new ProblemDelegate(models::FlushLog::IsFailed, m_table));
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(models::FlushLog::Time, Qt::DescendingOrder);
  setWidths(*m_table, {95, 80, 65, 60, 60, 75, 150, 60});
  m_selection = new SelectionBar(series, window, this);
  auto* const split = new QSplitter(Qt::Horizontal);
  split->addWidget(m_table);
  split->addWidget(makeDetailSide());
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 2);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(makeTop());
  layout->addWidget(split, 1);
  connect(m_text, &QLineEdit::textChanged, m_filter, &models::FlushFilter::setText);
  connect(m_failedOnly, &QCheckBox::toggled, m_filter, &models::FlushFilter::setFailedOnly);
  connect(m_agent, &QPushButton::clicked, this, [this] { showAgent({}); });
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FlushPage::show);
  connect(&window, &models::TimeWindow::selectionChanged, this, &FlushPage::select);
  for (const auto changed : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
    connect(m_filter, changed, this, &FlushPage::select);
}

QLayout* FlushPage::makeTop() {
  auto* const top = new QHBoxLayout;
  top->addWidget(m_text, 1);
  top->addWidget(m_failedOnly);
  top->addWidget(m_agent);
  return top;
}

QWidget* FlushPage::makeDetailSide() {
  auto* const side = new QWidget;
  auto* const layout = new QVBoxLayout(side);
  layout->setContentsMargins(0, 0, 0, 0);
  m_detail = makeDetail(tr("Select a flush to see its details and the agents that its chunks name."));
  m_inspect = new QPushButton(tr("Open the payloads in the &inspector"));
  m_inspect->setObjectName("flush-inspect");
  m_inspect->setEnabled(false);
  layout->addWidget(m_detail, 1);
  layout->addWidget(m_inspect);
  connect(m_inspect, &QPushButton::clicked, this, [this] {
    const QModelIndex chosen = m_table->currentIndex();
    if (!chosen.isValid()) return;
    const models::FlushLine& line = m_log.line(m_filter->mapToSource(chosen).row());
    QString payloads;
    if (line.chunks)
      for (const std::string& payload : *line.chunks) payloads += models::text(payload) + '\n';
    emit inspectWanted(payloads);
  });
  return side;
}

void FlushPage::showAgent(const QString& agent) {
  const Result<Uuid> id = parse_uuid(agent.toStdString());
  m_filter->setAgent(id ? std::optional(*id) : std::nullopt);
  m_agent->setText(tr("Agent %1 ✕").arg(agent.left(8)));
  m_agent->setToolTip(tr("These flushes name the agent %1. Click to show all.").arg(agent));
  m_agent->setVisible(static_cast<bool>(id));
}

void FlushPage::select() {
  m_filter->setSpan(m_window.selection());
  m_selection->setShown(m_window.selection()
                            ? tr("%1 of %2 in the log")
                                  .arg(models::withCommas(static_cast<quint64>(m_filter->rowCount())),
                                       models::counted(static_cast<quint64>(m_log.rowCount()), "flush"))
                            : QString());
}

void FlushPage::show(const QModelIndex& chosen) {
  if (!chosen.isValid()) return;
  const models::FlushLine& line = m_log.line(m_filter->mapToSource(chosen).row());
  m_detail->setPlainText(models::detailText(line));
  m_inspect->setEnabled(line.chunks != nullptr && !line.chunks->empty());
  m_window.setCursor(line.at + line.took);
}

}  // namespace metabatch::gui
