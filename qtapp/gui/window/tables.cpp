// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/tables.hpp"

#include <QFontDatabase>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QTableView>

namespace metabatch::gui {
namespace {

QColor& troubleColour() {
  static QColor colour;
  return colour;
}

}  // namespace

QTableView* makeTable(QAbstractItemModel& model, const QString& accessibleName) {
  auto* const table = new QTableView;
  table->setModel(&model);
  table->setAccessibleName(accessibleName);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setSelectionMode(QAbstractItemView::SingleSelection);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setAlternatingRowColors(true);
  table->setShowGrid(false);
  table->setWordWrap(false);
  table->setTabKeyNavigation(false);
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 6);
  table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table->horizontalHeader()->setStretchLastSection(true);
  table->horizontalHeader()->setHighlightSections(false);
  table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  return table;
}

void setWidths(QTableView& table, std::initializer_list<int> widths) {
  int column = 0;
  for (const int width : widths) table.setColumnWidth(column++, width);
}

QPlainTextEdit* makeDetail(const QString& placeholder) {
  auto* const detail = new QPlainTextEdit;
  detail->setReadOnly(true);
  detail->setPlaceholderText(placeholder);
  detail->setAccessibleName(QPlainTextEdit::tr("Detail"));
  detail->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  detail->setLineWrapMode(QPlainTextEdit::WidgetWidth);
  return detail;
}

void TroubleDelegate::setColour(const QColor& colour) { troubleColour() = colour; }

void TroubleDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (index.data(m_role).toBool()) option->palette.setColor(QPalette::Text, troubleColour());
}

}  // namespace metabatch::gui
