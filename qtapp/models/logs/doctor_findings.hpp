// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <vector>

#include "models/health_view.hpp"

namespace metabatch::models {

/// One check of the doctor. Severity good: fine; notice: works, but could be better; alarm: would
/// lose data.
struct DoctorFinding {
  Severity severity = Severity::good;
  QString subject;
  QString text;
  QString cure;  ///< what to do; empty when all is well
};

/// The findings of the doctor, worst first.
class DoctorFindings : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Verdict, Subject, Text, Cure, Columns };
  enum Role { IsProblem = Qt::UserRole + 1 };

  using QAbstractTableModel::QAbstractTableModel;

  void show(std::vector<DoctorFinding> findings);
  [[nodiscard]] const DoctorFinding& finding(int row) const { return m_findings[static_cast<std::size_t>(row)]; }
  /// `1 problem, 2 notices, 14 good`
  [[nodiscard]] QString summary() const;
  /// The text that `metabatch doctor` prints, for a mail or a ticket.
  [[nodiscard]] QString asText() const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<DoctorFinding> m_findings;
};

}  // namespace metabatch::models
