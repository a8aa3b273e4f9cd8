// SPDX-License-Identifier: Apache-2.0
#include "models/logs/channel_log.hpp"

#include <algorithm>
#include <set>

#include "metabatch/chunks.hpp"
#include "models/logs/csv.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

QString firstAgent(const ChannelLine& line) {
  if (line.lost > 0)
    return ChannelLog::tr("%1 not received: read everything again").arg(counted(line.lost, "notification"));
  if (line.isResync) return ChannelLog::tr("listening began: earlier notifications are lost");
  ChunkReader reader(line.payload);
  while (const auto one = reader.next())
    if (one->id) return uuidText(*one->id) + (line.ids > 1 ? QStringLiteral(" …") : QString());
  return {};
}

QString shown(const ChannelLine& line, int column) {
  const bool isWord = line.lost > 0 || line.isResync;
  if (isWord && column != ChannelLog::Time && column != ChannelLog::First) return {};
  switch (column) {
    case ChannelLog::Time: return clockText(line.at, true);
    case ChannelLog::Bytes: return withCommas(line.payload.size());
    case ChannelLog::Ids: return withCommas(line.ids);
    case ChannelLog::Duplicates: return line.duplicates > 0 ? withCommas(line.duplicates) : QString();
    case ChannelLog::Unreadable:
      return line.unreadable > 0 ? ChannelLog::tr("%1, first at byte %2").arg(line.unreadable).arg(line.firstBad)
                                 : QString();
    case ChannelLog::Sender: return line.sender == 0 ? ChannelLog::tr("this program") : QString::number(line.sender);
    case ChannelLog::First: return firstAgent(line);
    default: return {};
  }
}

}  // namespace

ChannelLine readChannel(std::string payload, int sender, WallTime at) {
  ChannelLine line;
  line.at = at;
  line.sender = sender;
  std::set<Uuid> distinct;
  const auto bad = [&](std::size_t where) {
    if (line.unreadable++ == 0) line.firstBad = where;
  };
  ChunkReader reader(payload);
  while (const auto one = reader.next()) {
    if (!one->id)
      bad(one->bad_at);
    else if (!distinct.insert(*one->id).second)
      ++line.duplicates;
  }
  if (reader.remainder() > 0) bad(payload.size() - reader.remainder());
  line.ids = distinct.size();
  line.payload = std::move(payload);
  return line;
}

void ChannelLog::add(const std::vector<ChannelLine>& lines, Instant seen) {
  if (lines.empty()) return;
  for (const ChannelLine& line : lines) {
    m_lost += line.lost;
    if (line.lost == 0 && !line.isResync) ++m_received;
    if (line.unreadable > 0) ++m_malformed;
  }
  const std::size_t taken = std::min(lines.size(), kLines);
  beginInsertRows({}, 0, static_cast<int>(taken) - 1);
  for (std::size_t i = lines.size() - taken; i < lines.size(); ++i) {
    m_lines.push_front(lines[i]);
    m_lines.front().seen = seen;
  }
  endInsertRows();
  if (m_lines.size() <= kLines) return;
  beginRemoveRows({}, static_cast<int>(kLines), static_cast<int>(m_lines.size()) - 1);
  m_lines.resize(kLines);
  endRemoveRows();
}

void ChannelLog::clear() {
  beginResetModel();
  m_lines.clear();
  m_received = m_malformed = m_lost = 0;
  endResetModel();
}

int ChannelLog::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int ChannelLog::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant ChannelLog::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const ChannelLine& one = line(index.row());
  if (role == Qt::DisplayRole) return shown(one, index.column());
  if (role == kCsvRole && index.column() == Time) return QString::fromStdString(format_wall_time(one.at));
  if (role == kCsvRole && index.column() == Bytes) return static_cast<qulonglong>(one.payload.size());
  if (role == kCsvRole && index.column() == Ids) return static_cast<qulonglong>(one.ids);
  if (role == SeenAt) return static_cast<qlonglong>(one.seen.time_since_epoch().count());
  if (role == IsBad) return one.unreadable > 0 || one.lost > 0;
  if (role == Qt::TextAlignmentRole && index.column() >= Bytes && index.column() <= Duplicates)
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

QVariant ChannelLog::headerData(int section, Qt::Orientation orientation, int role) const {
  static constexpr const char* kNames[] = {QT_TR_NOOP("Time"),       QT_TR_NOOP("Bytes"),      QT_TR_NOOP("Agents"),
                                           QT_TR_NOOP("Duplicates"), QT_TR_NOOP("Unreadable"), QT_TR_NOOP("Sender"),
                                           QT_TR_NOOP("First agent")};
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= Columns) return {};
  return tr(kNames[section]);
}

void ChannelFilter::setSpan(const std::optional<TimeSpan>& span) {
  if (span == m_span) return;
  m_span = span;
  invalidateFilter();
}

bool ChannelFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  if (!m_span) return true;
  const Duration seen(sourceModel()->index(row, 0, parent).data(ChannelLog::SeenAt).toLongLong());
  return m_span->contains(Instant(seen));
}

QString channelDetail(const ChannelLine& line) {
  if (line.lost > 0 || line.isResync) return firstAgent(line) + "\n";
  QString text = QStringLiteral("%1, %2\n").arg(counted(line.payload.size(), "byte"), counted(line.ids, "agent"));
  ChunkReader reader(line.payload);
  while (const auto one = reader.next())
    text += one->id ? uuidText(*one->id) + "\n" : ChannelLog::tr("unreadable at byte %1\n").arg(one->bad_at);
  if (reader.remainder() > 0)
    text += ChannelLog::tr("%1 behind the last whole id\n").arg(counted(reader.remainder(), "byte"));
  return text;
}

}  // namespace metabatch::models
