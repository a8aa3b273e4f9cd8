// SPDX-License-Identifier: Apache-2.0
#include "models/logs/flush_log.hpp"

#include <algorithm>

#include "metabatch/chunks.hpp"
#include "models/logs/csv.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr int kIdsShown = 50;  // of one payload

std::size_t chunkCount(const FlushLine& line) { return line.chunks ? line.chunks->size() : 0; }

QString shown(const FlushLine& line, int column) {
  switch (column) {
    case FlushLog::Time: return clockText(line.wall, true);
    case FlushLog::Why: return text(name_of(line.reason));
    case FlushLog::Entries: return withCommas(line.entries);
    case FlushLog::Agents: return withCommas(line.agents);
    case FlushLog::Chunks: return line.chunks ? withCommas(chunkCount(line)) : QString();
    case FlushLog::Took: return secondsText(in_seconds(line.took));
    case FlushLog::Outcome: return outcomeText(line);
    case FlushLog::SqlState: return QString::fromStdString(line.sqlstate);
    default: return {};
  }
}

QVariant sortValue(const FlushLine& line, int column) {
  switch (column) {
    case FlushLog::Time: return static_cast<qlonglong>(line.at.time_since_epoch().count());
    case FlushLog::Entries: return static_cast<qulonglong>(line.entries);
    case FlushLog::Agents: return static_cast<qulonglong>(line.agents);
    case FlushLog::Chunks: return static_cast<qulonglong>(chunkCount(line));
    case FlushLog::Took: return static_cast<qlonglong>(line.took.count());
    default: return shown(line, column);
  }
}

/// Raw numbers: seconds, and the time in UTC with its date.
QVariant csvValue(const FlushLine& line, int column) {
  switch (column) {
    case FlushLog::Time: return QString::fromStdString(format_wall_time(line.wall));
    case FlushLog::Entries: return static_cast<qulonglong>(line.entries);
    case FlushLog::Agents: return static_cast<qulonglong>(line.agents);
    case FlushLog::Chunks: return line.chunks ? QVariant(static_cast<qulonglong>(chunkCount(line))) : QVariant();
    case FlushLog::Took: return in_seconds(line.took);
    default: return {};
  }
}

bool namesAgent(const FlushLine& line, const Uuid& agent) {
  if (!line.chunks) return false;
  for (const std::string& payload : *line.chunks) {
    ChunkReader reader(payload);
    while (const auto one = reader.next())
      if (one->id && *one->id == agent) return true;
  }
  return false;
}

QString payloadText(const std::string& payload) {
  QString text;
  ChunkReader reader(payload);
  int count = 0;
  while (const auto one = reader.next()) {
    if (++count > kIdsShown) continue;
    text += one->id ? "  " + uuidText(*one->id) + "\n" : FlushLog::tr("  unreadable at byte %1\n").arg(one->bad_at);
  }
  if (count > kIdsShown) text += FlushLog::tr("  … and %1 more\n").arg(count - kIdsShown);
  return text;
}

}  // namespace

void FlushLog::add(const std::vector<FlushLine>& lines) {
  if (lines.empty()) return;
  for (const FlushLine& line : lines) m_failed += line.failure == FailureClass::none ? 0 : 1;
  const std::size_t taken = std::min(lines.size(), kLines);
  beginInsertRows({}, 0, static_cast<int>(taken) - 1);
  for (std::size_t i = lines.size() - taken; i < lines.size(); ++i) m_lines.push_front(lines[i]);
  endInsertRows();
  forgetPayloads();
  if (m_lines.size() <= kLines) return;
  beginRemoveRows({}, static_cast<int>(kLines), static_cast<int>(m_lines.size()) - 1);
  m_lines.resize(kLines);
  endRemoveRows();
}

/// Payloads are stored for a run of the newest lines: behind the first line without any, no line
/// has them.
void FlushLog::forgetPayloads() {
  std::size_t bytes = 0, position = 0;
  for (FlushLine& line : m_lines) {
    if (line.chunks)
      for (const std::string& payload : *line.chunks) bytes += payload.size();
    const bool isKept = position < kPayloads && (position == 0 || bytes <= kPayloadBytes);
    if (!isKept && !line.chunks && position > kPayloads) return;
    if (!isKept) line.chunks.reset();
    ++position;
  }
}

void FlushLog::clear() {
  beginResetModel();
  m_lines.clear();
  m_failed = 0;
  endResetModel();
}

int FlushLog::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int FlushLog::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant FlushLog::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const FlushLine& one = line(index.row());
  if (role == Qt::DisplayRole) return shown(one, index.column());
  if (role == Qt::ToolTipRole && index.column() == Outcome) return outcomeText(one).toHtmlEscaped();
  if (role == kCsvRole) return csvValue(one, index.column());
  if (role == IsFailed) return one.failure != FailureClass::none;
  if (role == EndedAt) return static_cast<qlonglong>((one.at + one.took).time_since_epoch().count());
  if (role == SortValue) return sortValue(one, index.column());
  if (role == Qt::TextAlignmentRole && index.column() >= Entries && index.column() <= Took)
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

QVariant FlushLog::headerData(int section, Qt::Orientation orientation, int role) const {
  static constexpr const char* kNames[] = {QT_TR_NOOP("Time"),    QT_TR_NOOP("Reason"),  QT_TR_NOOP("Entries"),
                                           QT_TR_NOOP("Agents"),  QT_TR_NOOP("Chunks"),  QT_TR_NOOP("Duration"),
                                           QT_TR_NOOP("Outcome"), QT_TR_NOOP("SQLSTATE")};
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= Columns) return {};
  return tr(kNames[section]);
}

void FlushFilter::setText(const QString& text) {
  m_text = text.trimmed();
  invalidateFilter();
}

void FlushFilter::setFailedOnly(bool failedOnly) {
  m_failedOnly = failedOnly;
  invalidateFilter();
}

void FlushFilter::setAgent(const std::optional<Uuid>& agent) {
  m_agent = agent;
  invalidateFilter();
}

void FlushFilter::setSpan(const std::optional<TimeSpan>& span) {
  if (span == m_span) return;
  m_span = span;
  invalidateFilter();
}

bool FlushFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
  const QAbstractItemModel* const model = sourceModel();
  if (m_failedOnly && !model->index(row, 0, parent).data(FlushLog::IsFailed).toBool()) return false;
  if (m_span) {
    const Duration ended(model->index(row, 0, parent).data(FlushLog::EndedAt).toLongLong());
    if (!m_span->contains(Instant(ended))) return false;
  }
  if (m_agent && !namesAgent(static_cast<const FlushLog*>(model)->line(row), *m_agent)) return false;
  if (m_text.isEmpty()) return true;
  for (int column = 0; column < model->columnCount(parent); ++column)
    if (model->index(row, column, parent).data().toString().contains(m_text, Qt::CaseInsensitive)) return true;
  return false;
}

QString outcomeText(const FlushLine& line) {
  if (line.failure != FailureClass::none) {
    QString text = models::text(name_of(line.failure));
    if (!line.message.empty()) text += ": " + QString::fromStdString(line.message);
    if (line.fates.discarded > 0) text += FlushLog::tr(" (%1 discarded)").arg(withCommas(line.fates.discarded));
    return text;
  }
  QString text = FlushLog::tr("written %1").arg(withCommas(line.fates.written));
  const struct {
    const char* name;
    quint64 count;
  } others[] = {{QT_TRANSLATE_NOOP("metabatch::models::FlushLog", "rows_stale"), line.fates.rows_stale},
                {QT_TRANSLATE_NOOP("metabatch::models::FlushLog", "unmatched"), line.fates.unmatched},
                {QT_TRANSLATE_NOOP("metabatch::models::FlushLog", "quarantined"), line.fates.quarantined},
                {QT_TRANSLATE_NOOP("metabatch::models::FlushLog", "retries"), line.retries},
                {QT_TRANSLATE_NOOP("metabatch::models::FlushLog", "publish errors"), line.publishErrors}};
  for (const auto& other : others)
    if (other.count > 0) text += QStringLiteral(", %1 %2").arg(FlushLog::tr(other.name), withCommas(other.count));
  return text;
}

QString detailText(const FlushLine& line) {
  QString text =
      FlushLog::tr("Flush %1 at %2, %3: %4 of %5 in %6\n%7\n")
          .arg(withCommas(line.id), clockText(line.wall, true), models::text(name_of(line.reason)),
               line.entries == 1 ? FlushLog::tr("1 entry") : FlushLog::tr("%1 entries").arg(withCommas(line.entries)),
               counted(line.agents, "agent"), secondsText(in_seconds(line.took)), outcomeText(line));
  if (!line.chunks) return text + FlushLog::tr("The payloads of this flush are no longer stored.\n");
  for (std::size_t i = 0; i < line.chunks->size(); ++i) {
    const std::string& payload = (*line.chunks)[i];
    text += FlushLog::tr("\nChunk %1 of %2: %3, %4\n")
                .arg(i + 1)
                .arg(line.chunks->size())
                .arg(counted(payload.size(), "byte"), counted(payload.size() / kIdSymbols, "agent"));
    text += payloadText(payload);
    text += FlushLog::tr("  payload %1\n").arg(models::text(payload));
  }
  return text;
}

}  // namespace metabatch::models
