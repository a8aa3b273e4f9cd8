// SPDX-License-Identifier: Apache-2.0
#include "models/logs/row_table.hpp"

#include <algorithm>

#include "models/logs/csv.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

bool isSameRow(const RowLine& a, const RowLine& b) { return a.agent == b.agent && a.key == b.key; }

}  // namespace

void RowTable::show(std::vector<RowLine> lines, WallTime now, Duration staleAfter) {
  std::vector<Shown> shown;
  for (RowLine& line : lines) {
    const auto before =
        std::find_if(m_lines.begin(), m_lines.end(), [&](const Shown& one) { return isSameRow(one.line, line); });
    const bool isChanged = before != m_lines.end() && before->line.collectedAt != line.collectedAt;
    shown.push_back({std::move(line), isChanged});
  }
  m_now = now;
  m_isKept = false;
  m_staleAfter = staleAfter;
  const bool isSamePage = shown.size() == m_lines.size() &&
                          std::equal(shown.begin(), shown.end(), m_lines.begin(),
                                     [](const Shown& a, const Shown& b) { return isSameRow(a.line, b.line); });
  if (isSamePage) {  // the selection stays
    m_lines = std::move(shown);
    if (!m_lines.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
    return;
  }
  beginResetModel();
  m_lines = std::move(shown);
  endResetModel();
}

void RowTable::keep(WallTime now) {
  m_now = now;
  m_isKept = true;
  for (Shown& one : m_lines) one.isChanged = false;
  if (!m_lines.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
}

int RowTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}
int RowTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

/// Calculates in microseconds, because centuries do not fit into nanoseconds, and a row that was
/// never written is that old.
bool RowTable::isStale(const RowLine& line) const {
  return m_isKept ||
         (m_staleAfter > Duration{} && m_now - line.collectedAt > std::chrono::floor<WallTime::duration>(m_staleAfter));
}

QString RowTable::ageText(const RowLine& line) const {
  if (line.collectedAt.time_since_epoch().count() <= 0) return tr("never");
  const WallTime::duration age = m_now - line.collectedAt;
  return secondsText(std::max(static_cast<double>(age.count()) / 1e6, 0.0));
}

QVariant RowTable::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const auto& [line, isChanged] = m_lines[static_cast<std::size_t>(index.row())];
  if (role == IsChanged) return isChanged;
  if (role == IsStale) return isStale(line);
  if (role == IsError) return !line.error.isEmpty();
  if (role == Qt::ToolTipRole) return data(index, Qt::DisplayRole).toString().toHtmlEscaped();
  if (role == kCsvRole && index.column() == Age) return QString::fromStdString(format_wall_time(line.collectedAt));
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case Agent: return line.agent;
    case Key: return line.key;
    case Value: return line.value;
    case Error: return line.error;
    case Age: return ageText(line);
    default: return {};
  }
}

QVariant RowTable::headerData(int section, Qt::Orientation orientation, int role) const {
  static constexpr const char* kNames[] = {QT_TR_NOOP("Agent"), QT_TR_NOOP("Key"), QT_TR_NOOP("Value"),
                                           QT_TR_NOOP("Error"), QT_TR_NOOP("Age")};
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= Columns) return {};
  return tr(kNames[section]);
}

}  // namespace metabatch::models
