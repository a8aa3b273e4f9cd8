// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractItemModel>
#include <QString>

#include "models/charts/live_series.hpp"

namespace metabatch::models {

/// What a cell is in a CSV file, where that differs from what people read: a raw number, an ISO 8601 time with its date.
inline constexpr int kCsvRole = Qt::UserRole + 100;

/// All rows, a header first.
///
/// @source RFC 4180, lines ended by a line feed
QString tableCsv(const QAbstractItemModel& model);

/// Every series of rates between two instants, a line a sample (of a long stretch: the last of several); the time in UTC. Empty
/// cells: not measured.
///
/// @shape wallOfNow: what the civil clock says at the instant `now`
QString seriesCsv(const LiveSeries& series, Instant from, Instant to, Instant now, WallTime wallOfNow);

}  // namespace metabatch::models
