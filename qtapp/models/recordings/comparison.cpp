// SPDX-License-Identifier: Apache-2.0
#include "models/recordings/comparison.hpp"

#include <cmath>
#include <iterator>
#include <utility>

#include "models/words.hpp"
#include "results/thresholds.hpp"

namespace metabatch::models {
namespace {

struct Row {
  const char* label;
  std::string_view figure;    // of result_figures()
  bool isOfArrivals = false;  // known without samples, too
};
constexpr Row kRows[] = {{QT_TRANSLATE_NOOP("ComparisonTable", "length"), "seconds", true},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "updates a second"), "updates_per_s", true},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "writes a second"), "db_writes_per_s"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "NOTIFYs a second"), "notifies_per_s"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "saved"), "saved"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "delay p50"), "delay.p50"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "delay p99"), "delay.p99"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "longest delay"), "delay.max"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "flushes"), "flushes"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "failed flushes"), "flush_failures"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "updates"), "offered", true},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "written"), "written"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "coalesced"), "coalesced"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "dropped"), "dropped"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "unmatched"), "unmatched"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "quarantined"), "quarantined"},
                         {QT_TRANSLATE_NOOP("ComparisonTable", "publish errors"), "publish_errors"}};

const QString kUnknown = QStringLiteral("–");

bool isKnown(const Row& row, const ComparedSide& side) { return row.isOfArrivals || !side.hasOnlyArrivals; }

QString shown(const ResultFigure& figure, double value) {
  switch (figure.kind) {
    case FigureKind::time: return secondsText(value);
    case FigureKind::share: return percentText(value);
    case FigureKind::number: return rateText(value);
  }
  return {};
}

}  // namespace

ComparisonTable::ComparisonTable(ComparedSide first, ComparedSide second, QObject* parent)
    : QAbstractTableModel(parent), m_first(std::move(first)), m_second(std::move(second)) {}

int ComparisonTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(std::size(kRows));
}

int ComparisonTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Columns; }

QVariant ComparisonTable::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  if (role == Qt::TextAlignmentRole)
    return static_cast<int>((index.column() == Figure ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const Row& row = kRows[index.row()];
  const ResultFigure& figure = *find_figure(row.figure);
  const double first = figure.of({.summary = m_first.summary}), second = figure.of({.summary = m_second.summary});
  const bool hasFirst = isKnown(row, m_first), hasSecond = isKnown(row, m_second);
  switch (index.column()) {
    case Figure: return tr(row.label);
    case First: return hasFirst ? shown(figure, first) : kUnknown;
    case Second: return hasSecond ? shown(figure, second) : kUnknown;
    case Difference: return hasFirst && hasSecond ? differenceText(first, second) : kUnknown;
    default: return {};
  }
}

QVariant ComparisonTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case Figure: return tr("figure");
    case First: return m_first.name;
    case Second: return m_second.name;
    case Difference: return tr("difference");
    default: return {};
  }
}

QString differenceText(double first, double second) {
  if (first == second) return QStringLiteral("0 %");
  if (first == 0 || !std::isfinite(second / first)) return kUnknown;
  const double share = second / first - 1;
  const QString sign = share > 0 ? QStringLiteral("+") : QString::fromUtf8("−");
  return sign + percentText(std::abs(share));
}

}  // namespace metabatch::models
