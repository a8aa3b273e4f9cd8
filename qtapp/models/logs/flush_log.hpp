// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "metabatch/counters.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"
#include "models/charts/time_window.hpp"

namespace metabatch::models {

/// One flush in the log.
struct FlushLine {
  quint64 id = 0;
  std::size_t lane = 0;
  Instant at{};     ///< when it began, for the charts
  WallTime wall{};  ///< the same, for people
  Reason reason = Reason::scheduled;
  std::size_t entries = 0;
  std::size_t agents = 0;
  Duration took{};
  Counters fates;
  FailureClass failure = FailureClass::none;
  std::size_t retries = 0;
  std::size_t publishErrors = 0;
  std::string sqlstate;
  std::string message;
  std::shared_ptr<const std::vector<std::string>> chunks;  ///< the payloads; null: no longer stored
};

/// The last flushes, newest first.
class FlushLog : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Why, Entries, Agents, Chunks, Took, Outcome, SqlState, Columns };
  enum Role { IsFailed = Qt::UserRole + 1, SortValue, EndedAt };  // and kCsvRole
  static constexpr std::size_t kLines = 5000;                     ///< kept
  static constexpr std::size_t kPayloads = 500;                   ///< of the newest, stored with their payloads
  static constexpr std::size_t kPayloadBytes = std::size_t{16}
                                               << 20;  ///< of those payloads in total, except the newest line's

  using QAbstractTableModel::QAbstractTableModel;

  /// @shape lines: in the order in which they ended
  void add(const std::vector<FlushLine>& lines);
  void clear();
  [[nodiscard]] const FlushLine& line(int row) const { return m_lines[static_cast<std::size_t>(row)]; }
  /// The number of failed flushes since clear().
  [[nodiscard]] quint64 failed() const { return m_failed; }

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  void forgetPayloads();

  std::deque<FlushLine> m_lines;  // newest first
  quint64 m_failed = 0;
};

/// Selects the shown lines of the log.
class FlushFilter : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void setText(const QString& text);  ///< in any column, any case
  void setFailedOnly(bool failedOnly);
  /// Only flushes whose stored payloads name this agent; nullopt: any.
  void setAgent(const std::optional<Uuid>& agent);
  void setSpan(const std::optional<TimeSpan>& span);  ///< only those that ended then; nullopt: of any time

 protected:
  [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  QString m_text;
  bool m_failedOnly = false;
  std::optional<Uuid> m_agent;
  std::optional<TimeSpan> m_span;
};

/// `written 500`, or `connection: server closed the connection`.
QString outcomeText(const FlushLine& line);
/// A full description of one flush, with the agents that its payloads name.
QString detailText(const FlushLine& line);

}  // namespace metabatch::models
