// SPDX-License-Identifier: Apache-2.0
#include "models/tuning/tuning_table.hpp"

#include <QStringList>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

double coalescedShare(const Counters& counters) {
  return counters.offered == 0 ? 0 : static_cast<double>(counters.coalesced) / static_cast<double>(counters.offered);
}

}  // namespace

void TuningTable::show(std::shared_ptr<const TuneAnswer> answer) {
  beginResetModel();
  m_answer = std::move(answer);
  m_shown = m_answer ? m_answer->shown() : std::vector<std::size_t>();
  endResetModel();
}

const TunePoint& TuningTable::point(int row) const { return m_answer->points[m_shown[static_cast<std::size_t>(row)]]; }

int TuningTable::recommendedRow() const {
  for (std::size_t row = 0; row < m_shown.size(); ++row)
    if (m_shown[row] == m_answer->recommended.point) return static_cast<int>(row);
  return -1;
}

int TuningTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int TuningTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QString TuningTable::remarks(std::size_t shown) const {
  const TunePoint& point = m_answer->points[shown];
  QStringList words;
  if (shown == m_answer->recommended.point) words += tr("recommended");
  if (point.today) words += tr("running");
  if (const std::uint64_t dropped = point.run.summary.counters.dropped(); dropped > 0)
    words += tr("drops %1").arg(withCommas(dropped));
  return words.join(", ");
}

QString TuningTable::cell(std::size_t shown, int column) const {
  const TunePoint& point = m_answer->points[shown];
  const Summary& summary = point.run.summary;
  const Config& config = point.run.config;
  switch (column) {
    case Cost: return rateText(point.cost_per_s());
    case Age: return secondsText(summary.age_p99);
    case Delay: return secondsText(summary.delay_p99);
    case Coalesced: return percentText(coalescedShare(summary.counters));
    case Saved: return point.run.saved ? percentText(*point.run.saved) : QStringLiteral("–");
    case BatchSize: return withCommas(static_cast<quint64>(config.batch_size));
    case Interval: return secondsText(in_seconds(config.interval));
    case Schedule: return text(name_of(config.schedule));
    case Queue: return text(name_of(config.queue));
    case Remarks: return remarks(shown);
    default: return {};
  }
}

QVariant TuningTable::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const std::size_t shown = m_shown[static_cast<std::size_t>(index.row())];
  if (role == Qt::DisplayRole) return cell(shown, index.column());
  if (role == Qt::TextAlignmentRole)
    return static_cast<int>((index.column() < Schedule ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role == IsLosing) return m_answer->points[shown].run.summary.counters.dropped() > 0;
  return {};
}

QVariant TuningTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case Cost: return tr("writes + NOTIFYs/s");
    case Age: return tr("age p99");
    case Delay: return tr("delay p99");
    case Coalesced: return tr("coalesced");
    case Saved: return tr("saved");
    case BatchSize: return tr("batch size");
    case Interval: return tr("interval");
    case Schedule: return tr("schedule");
    case Queue: return tr("queue");
    case Remarks: return tr("remarks");
    default: return {};
  }
}

}  // namespace metabatch::models
