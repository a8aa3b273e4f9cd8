// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/tables.hpp"

#include <QAction>
#include <QClipboard>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace metabatch::gui {
namespace {

QColor& problemColour() {
  static QColor colour;
  return colour;
}

/// The selected rows as text, cells between tabs. When none is selected, the row that has the
/// focus.
QString selectedText(const QTableView& table) {
  QStringList lines;
  QModelIndexList rows = table.selectionModel()->selectedRows();
  if (rows.isEmpty() && table.currentIndex().isValid()) rows += table.currentIndex();
  std::sort(rows.begin(), rows.end());
  for (const QModelIndex& row : rows) {
    QStringList cells;
    for (int column = 0; column < table.model()->columnCount(); ++column)
      cells += row.siblingAtColumn(column).data().toString().simplified();
    lines += cells.join('\t');
  }
  return lines.join('\n');
}

void addCopyAction(QTableView& table) {
  auto* const copy = new QAction(QTableView::tr("&Copy"), &table);
  copy->setObjectName("copy-rows");
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  QObject::connect(copy, &QAction::triggered, &table, [&table] {
    if (const QString text = selectedText(table); !text.isEmpty()) QGuiApplication::clipboard()->setText(text);
  });
  table.addAction(copy);
  table.setContextMenuPolicy(Qt::ActionsContextMenu);
}

}  // namespace

QTableView* makeTable(QAbstractItemModel& model, const QString& accessibleName) {
  auto* const table = new QTableView;
  table->setModel(&model);
  table->setAccessibleName(accessibleName);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setSelectionMode(QAbstractItemView::ExtendedSelection);
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
  addCopyAction(*table);
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

void openText(QWidget& parent, const QString& objectName, const QString& title, const QString& text) {
  auto* const dialog = new QDialog(&parent);
  dialog->setObjectName(objectName);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(title);
  dialog->resize(640, 420);
  QPlainTextEdit* const shown = makeDetail({});
  shown->setAccessibleName(title);
  shown->setPlainText(text);
  auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
  auto* const layout = new QVBoxLayout(dialog);
  layout->addWidget(shown);
  layout->addWidget(buttons);
  dialog->open();
}

void ProblemDelegate::setColour(const QColor& colour) { problemColour() = colour; }

void ProblemDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  if (index.data(m_role).toBool()) option->palette.setColor(QPalette::Text, problemColour());
}

}  // namespace metabatch::gui
