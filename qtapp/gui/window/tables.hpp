// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <initializer_list>

class QPlainTextEdit;
class QTableView;

namespace metabatch::gui {

/// A table of whole rows that can only be read and copied (Ctrl+C, context menu), in the manner of all pages.
QTableView* makeTable(QAbstractItemModel& model, const QString& accessibleName);
void setWidths(QTableView& table, std::initializer_list<int> widths);
/// Text beside a table, to read and copy.
QPlainTextEdit* makeDetail(const QString& placeholder);

/// Sets rows in the colour of a problem where the model says so by `role`.
class ProblemDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  ProblemDelegate(int role, QObject* parent) : QStyledItemDelegate(parent), m_role(role) {}
  /// Of all delegates: a theme has one.
  static void setColour(const QColor& colour);

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

 private:
  const int m_role;
};

}  // namespace metabatch::gui
