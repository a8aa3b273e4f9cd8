// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>

#include "metabatch/simulation/summary.hpp"

namespace metabatch::models {

/// A recording in a comparison.
struct ComparedSide {
  Summary summary;
  QString name;
  bool hasOnlyArrivals = false;  ///< nothing is known about what was written
};

/// The figures of two recordings beside each other, with the difference in per cent. A figure that
/// was not recorded is an en dash.
class ComparisonTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Figure, First, Second, Difference, Columns };

  ComparisonTable(ComparedSide first, ComparedSide second, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const ComparedSide m_first, m_second;
};

/// How much larger the second number is: `+12.5 %`, `−50.0 %`, `0 %`; an en dash when the first one
/// is 0 and the second is not.
QString differenceText(double first, double second);

}  // namespace metabatch::models
