// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "models/logs/quarantine.hpp"

class QLabel;
class QLayout;
class QPlainTextEdit;
class QPushButton;
class QTableView;

namespace metabatch::gui {

/// The values that the database refused: what was wrong with each, and its NDJSON, to be corrected
/// and ingested.
class QuarantinePage : public QWidget {
  Q_OBJECT

 public:
  /// @owns `quarantine` outlives the page
  explicit QuarantinePage(models::Quarantine& quarantine, QWidget* parent = nullptr);

  [[nodiscard]] QString summary() const;
  /// The selected rows, or all rows when none is selected.
  [[nodiscard]] QByteArray chosenNdjson() const;

 private:
  QLayout* makeTop();
  void refresh();
  void copy();
  void save();
  void write(const QString& file);

  models::Quarantine& m_quarantine;
  QLabel* m_summary;
  QLabel* m_hint;
  QTableView* m_table;
  QPlainTextEdit* m_detail;
  QPushButton* m_copy;
  QPushButton* m_save;
};

}  // namespace metabatch::gui
