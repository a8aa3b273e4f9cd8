// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <QThread>
#include <QTimer>
#include <QWidget>
#include <functional>
#include <optional>

#include "gui/window/theme.hpp"
#include "models/logs/row_table.hpp"
#include "sql/row_reader.hpp"

class QLabel;
class QComboBox;
class QLineEdit;
class QPushButton;
class QTableView;

namespace metabatch::gui {

/// Agents and their newest metadata. A thread of its own reads them from the database page by page
/// while the page is visible.
class AgentsPage : public QWidget {
  Q_OBJECT

 public:
  explicit AgentsPage(QWidget* parent = nullptr);
  ~AgentsPage() override;

  /// Reads from this database from now on; nullopt: from none.
  ///
  /// @shape staleAfter 0: no row is stale
  void setDatabase(const std::optional<sql::Database>& database, Duration staleAfter);
  /// Stops reading, and removes the folder once the reader in it is closed.
  void closeThenRemove(std::unique_ptr<QTemporaryDir> folder);
  void setTheme(const Theme& theme);
  /// Reads all rows that pass the filter and writes them to `file`. Calls `done` with the problem,
  /// or with an empty text.
  void exportCsv(const QString& file, const std::function<void(const QString& wrong)>& done);
  [[nodiscard]] const models::RowTable& rows() const { return m_rows; }

 signals:
  void flushesWanted(const QString& agent);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  struct Page;
  void makeLayout();
  void addFlushesAction();
  void showFailure(const QString& message);
  void ask();
  void showRows(const Page& page);
  void turn(int pages);
  void askAnew();
  [[nodiscard]] QString shownText(std::size_t rows, const sql::RowTotals& totals) const;

  models::RowTable m_rows;
  QThread m_thread;
  QObject* m_reader;  // lives in m_thread, as does what it opens
  std::shared_ptr<sql::RowReader> m_open;
  quint64 m_generation = 0;  // an answer for an earlier database or filter is not shown
  bool m_isAsking = false;
  bool m_isOutdated = false;  // another request came meanwhile
  Duration m_staleAfter{};
  std::size_t m_from = 0;
  QTimer m_again;
  QLineEdit* m_filter;
  QLabel* m_state;
  QPushButton* m_details;
  QString m_failure;                 // of the newest reading
  std::optional<WallTime> m_readAt;  // the shown rows
  QComboBox* m_order;
  QPushButton* m_back;
  QPushButton* m_forth;
  QTableView* m_table;
};

}  // namespace metabatch::gui
