// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "models/tuning/tuning.hpp"

namespace metabatch::models {

/// The frontier of a search: one row a setting, by ascending delay, with the settings that run and
/// the recommended ones.
class TuningTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Cost, Age, Delay, Coalesced, Saved, BatchSize, Interval, Schedule, Queue, Remarks, Columns };
  enum Role { IsLosing = Qt::UserRole + 1 };

  using QAbstractTableModel::QAbstractTableModel;

  /// Null: nothing.
  void show(std::shared_ptr<const TuneAnswer> answer);
  /// The settings of a row.
  [[nodiscard]] const TunePoint& point(int row) const;
  /// The row of the recommended settings; -1: there is none.
  [[nodiscard]] int recommendedRow() const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  [[nodiscard]] QString cell(std::size_t shown, int column) const;
  [[nodiscard]] QString remarks(std::size_t shown) const;

  std::shared_ptr<const TuneAnswer> m_answer;
  std::vector<std::size_t> m_shown;
};

}  // namespace metabatch::models
