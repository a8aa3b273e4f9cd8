// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/flush_page.hpp"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>

#include "gui/tables.hpp"

namespace metabatch::gui {

FlushPage::FlushPage(models::FlushLog& log, models::TimeWindow& window, QWidget* parent)
    : QWidget(parent), m_log(log), m_window(window), m_filter(new models::FlushFilter(this)) {
  m_filter->setSourceModel(&log);
  m_filter->setSortRole(models::FlushLog::SortValue);
  m_text = new QLineEdit;
  m_text->setObjectName("filter");
  m_text->setPlaceholderText(tr("filter: reason, outcome, SQLSTATE …"));
  m_text->setClearButtonEnabled(true);
  m_text->setAccessibleName(tr("Filter of the flush log"));
  m_failedOnly = new QCheckBox(tr("failed only"));
  m_table = makeTable(*m_filter, tr("Flush log"));
  m_table->setItemDelegate(new TroubleDelegate(models::FlushLog::IsFailed, m_table));
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(models::FlushLog::Time, Qt::DescendingOrder);
  setWidths(*m_table, {110, 90, 80, 80, 70, 90, 330, 80});
  m_detail = makeDetail(tr("Choose a flush to see all about it, and which agents its chunks name."));
  auto* const top = new QHBoxLayout;
  top->addWidget(m_text, 1);
  top->addWidget(m_failedOnly);
  auto* const split = new QSplitter(Qt::Horizontal);
  split->addWidget(m_table);
  split->addWidget(m_detail);
  split->setStretchFactor(0, 3);
  split->setStretchFactor(1, 2);
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addLayout(top);
  layout->addWidget(split, 1);
  connect(m_text, &QLineEdit::textChanged, m_filter, &models::FlushFilter::setText);
  connect(m_failedOnly, &QCheckBox::toggled, m_filter, &models::FlushFilter::setFailedOnly);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FlushPage::show);
}

void FlushPage::show(const QModelIndex& chosen) {
  if (!chosen.isValid()) return;
  const models::FlushLine& line = m_log.line(m_filter->mapToSource(chosen).row());
  m_detail->setPlainText(models::detailText(line));
  m_window.setCursor(line.at + line.took);
}

}  // namespace metabatch::gui
