// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch::models {

/// The newest metadata of one (agent, key): one row of the database.
struct RowLine {
  QString agent;
  QString key;
  QString value;
  QString error;
  WallTime collectedAt{};
};

/// One page of rows. A row that changed since it was last shown is marked once. A row older than
/// three times the interval of the reports is stale.
class RowTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Agent, Key, Value, Error, Age, Columns };
  enum Role { IsChanged = Qt::UserRole + 1, IsStale, IsError };  // and kCsvRole

  using QAbstractTableModel::QAbstractTableModel;

  /// @shape now: of the clock that stamps the rows; staleAfter 0: no row is stale
  void show(std::vector<RowLine> lines, WallTime now, Duration staleAfter);
  /// The rows cannot be read at the moment. All of them are stale, and their ages grow.
  void keep(WallTime now);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Shown {
    RowLine line;
    bool isChanged = false;
  };
  [[nodiscard]] QString ageText(const RowLine& line) const;
  [[nodiscard]] bool isStale(const RowLine& line) const;

  std::vector<Shown> m_lines;
  bool m_isKept = false;
  WallTime m_now{};
  Duration m_staleAfter{};
};

}  // namespace metabatch::models
