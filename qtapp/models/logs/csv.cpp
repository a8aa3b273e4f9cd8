// SPDX-License-Identifier: Apache-2.0
#include "models/logs/csv.hpp"

#include <QStringList>
#include <algorithm>

#include "base/number.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr std::int64_t kMostLines = 10'000;

QString cell(const QString& text) {
  if (!text.contains(',') && !text.contains('"') && !text.contains('\n')) return text;
  return '"' + QString(text).replace('"', "\"\"") + '"';
}

QString cellText(const QModelIndex& index) {
  const QVariant raw = index.data(kCsvRole);
  return (raw.isValid() ? raw : index.data()).toString();
}

}  // namespace

QString tableCsv(const QAbstractItemModel& model) {
  QString text;
  QStringList cells;
  for (int column = 0; column < model.columnCount(); ++column)
    cells += cell(model.headerData(column, Qt::Horizontal).toString());
  text += cells.join(',') + '\n';
  for (int row = 0; row < model.rowCount(); ++row) {
    cells.clear();
    for (int column = 0; column < model.columnCount(); ++column) cells += cell(cellText(model.index(row, column)));
    text += cells.join(',') + '\n';
  }
  return text;
}

QString seriesCsv(const LiveSeries& series, Instant from, Instant to, Instant now, WallTime wallOfNow) {
  const Timeline& rates = series.rates();
  const auto lines = static_cast<std::size_t>(std::clamp<std::int64_t>((to - from) / kSampleEvery, 1, kMostLines));
  std::vector<std::vector<Column>> columns(rates.names().size(), std::vector<Column>(lines));
  QString text = QStringLiteral("time");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    rates.decimate(i, from, to, columns[i]);
    text += ',' + QString::fromStdString(rates.names()[i]);
  }
  text += '\n';
  const Duration width = (to - from) / static_cast<std::int64_t>(lines);
  for (std::size_t line = 0; line < lines; ++line) {
    const bool isMeasured =
        std::any_of(columns.begin(), columns.end(), [&](const auto& one) { return one[line].measured; });
    if (!isMeasured) continue;
    const Instant at = from + width * static_cast<std::int64_t>(line + 1);
    std::string row = format_wall_time(wallOfNow - std::chrono::duration_cast<std::chrono::microseconds>(now - at));
    for (const auto& one : columns) {
      row += ',';
      if (one[line].measured) append_number(row, one[line].last);
    }
    text += QString::fromStdString(row) + '\n';
  }
  return text;
}

}  // namespace metabatch::models
