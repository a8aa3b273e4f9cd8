// SPDX-License-Identifier: Apache-2.0
#include "models/logs/quarantine.hpp"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "models/logs/csv.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr qsizetype kCellCharacters = 80;
constexpr qsizetype kDetailCharacters = 4000;

std::size_t bytesOf(const RefusedLine& line) { return line.key.size() + line.value.size() + line.error.size(); }

bool isUnfit(char32_t character) {
  switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return true;
    default: return false;
  }
}

QString escaped(char32_t character) {
  if (character == U'\n') return QStringLiteral("\\n");
  if (character == U'\t') return QStringLiteral("\\t");
  return QStringLiteral("\\u{%1}").arg(static_cast<uint>(character), 0, 16);
}

QString shown(const RefusedLine& line, int column) {
  switch (column) {
    case Quarantine::Time: return clockText(line.at, true);
    case Quarantine::Agent: return uuidText(line.agent);
    case Quarantine::Key: return safeText(line.key, kCellCharacters);
    case Quarantine::Value: return safeText(line.value, kCellCharacters);
    case Quarantine::Why: return safeText(line.why, 4 * kCellCharacters);
    case Quarantine::SqlState: return QString::fromStdString(line.sqlstate);
    default: return {};
  }
}

}  // namespace

QString safeText(std::string_view bytes, qsizetype most) {
  const QString whole = text(bytes);
  QString shown;
  qsizetype taken = 0, all = 0;
  for (const char32_t character : whole.toUcs4()) {
    if (++all > most) continue;
    ++taken;
    if (isUnfit(character))
      shown += escaped(character);
    else
      shown += character == U'\\' ? QStringLiteral("\\\\") : QString::fromUcs4(&character, 1);
  }
  if (all > taken) shown += Quarantine::tr(" … (%1 characters)").arg(withCommas(static_cast<quint64>(all)));
  return shown;
}

void Quarantine::add(const std::vector<RefusedLine>& lines) {
  if (lines.empty()) return;
  m_refused += lines.size();
  const std::size_t taken = std::min(lines.size(), kLines);
  beginInsertRows({}, 0, static_cast<int>(taken) - 1);
  for (std::size_t i = lines.size() - taken; i < lines.size(); ++i) {
    m_bytes += bytesOf(lines[i]);
    m_lines.push_front(lines[i]);
  }
  endInsertRows();
  forgetOldest();
}

void Quarantine::forgetOldest() {
  std::size_t kept = m_lines.size(), bytes = m_bytes;
  while (kept > 1 && (kept > kLines || bytes > kBytes)) bytes -= bytesOf(m_lines[--kept]);
  if (kept == m_lines.size()) return;
  beginRemoveRows({}, static_cast<int>(kept), static_cast<int>(m_lines.size()) - 1);
  m_lines.resize(kept);
  m_bytes = bytes;
  endRemoveRows();
}

void Quarantine::clear() {
  beginResetModel();
  m_lines.clear();
  m_bytes = 0;
  m_refused = 0;
  endResetModel();
}

int Quarantine::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int Quarantine::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant Quarantine::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  if (role == Qt::DisplayRole) return shown(line(index.row()), index.column());
  if (role == kCsvRole && index.column() == Time) return QString::fromStdString(format_wall_time(line(index.row()).at));
  if (role == Qt::ToolTipRole && index.column() == Why) return shown(line(index.row()), Why).toHtmlEscaped();
  return {};
}

QVariant Quarantine::headerData(int section, Qt::Orientation orientation, int role) const {
  static constexpr const char* kNames[] = {QT_TR_NOOP("Refused at"), QT_TR_NOOP("What was wrong"),
                                           QT_TR_NOOP("SQLSTATE"),   QT_TR_NOOP("Key"),
                                           QT_TR_NOOP("Agent"),      QT_TR_NOOP("Value")};
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= Columns) return {};
  return tr(kNames[section]);
}

QString refusedDetail(const RefusedLine& line) {
  const auto row = [](const QString& name, const QString& what) { return name + "\n  " + what + "\n\n"; };
  QString reason = safeText(line.why, kDetailCharacters);
  if (!line.sqlstate.empty()) reason += QStringLiteral(" (SQLSTATE %1)").arg(QString::fromStdString(line.sqlstate));
  QString text = row(Quarantine::tr("What was wrong"), reason);
  text += row(Quarantine::tr("Agent"), uuidText(line.agent));
  text += row(Quarantine::tr("Key"), safeText(line.key, kDetailCharacters));
  text += row(Quarantine::tr("Collected at"), QString::fromStdString(format_wall_time(line.collectedAt)));
  text += row(Quarantine::tr("Value, %1 bytes").arg(withCommas(line.value.size())),
              safeText(line.value, kDetailCharacters));
  if (!line.error.empty())
    text += row(Quarantine::tr("Error, %1 bytes").arg(withCommas(line.error.size())),
                safeText(line.error, kDetailCharacters));
  return text;
}

QByteArray updateNdjson(const Update& update) {
  const QJsonObject object{{"agent", uuidText(update.agent)},
                           {"key", text(update.key)},
                           {"value", text(update.value)},
                           {"error", text(update.error)},
                           {"collected_at", QString::fromStdString(format_wall_time(update.collected_at))}};
  return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

QByteArray refusedNdjson(const RefusedLine& line) {
  return updateNdjson({line.agent, line.key, line.value, line.error, line.collectedAt});
}

QByteArray refusedNdjson(const Quarantine& quarantine) {
  QByteArray lines;
  for (int row = quarantine.rowCount() - 1; row >= 0; --row) lines += refusedNdjson(quarantine.line(row));
  return lines;
}

}  // namespace metabatch::models
