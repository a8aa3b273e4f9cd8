// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <initializer_list>

class QPlainTextEdit;
class QTableView;

namespace metabatch::gui {

/// A table of whole rows that can only be read and copied (Ctrl+C, context menu), for all pages.
QTableView* makeTable(QAbstractItemModel& model, const QString& accessibleName);
void setWidths(QTableView& table, std::initializer_list<int> widths);
/// A read-only text beside a table.
QPlainTextEdit* makeDetail(const QString& placeholder);
/// Opens a dialog with a read-only text, which closes by itself with its parent.
void openText(QWidget& parent, const QString& objectName, const QString& title, const QString& text);

/// Colours rows as problems when the model marks them by `role`.
class ProblemDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  ProblemDelegate(int role, QObject* parent) : QStyledItemDelegate(parent), m_role(role) {}
  /// Sets the colour of all delegates; it comes from the theme.
  static void setColour(const QColor& colour);

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

 private:
  const int m_role;
};

}  // namespace metabatch::gui
