// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractItemModel>
#include <QString>

#include "models/charts/live_series.hpp"

namespace metabatch::models {

/// The content of a cell in a CSV file, where it differs from the shown text: a raw number, an ISO
/// 8601 time with its date.
inline constexpr int kCsvRole = Qt::UserRole + 100;

/// All rows below a header.
///
/// @source RFC 4180, lines ended by a line feed
QString tableCsv(const QAbstractItemModel& model);

/// Every series of rates between two instants, one line a sample; of a long span, the last of
/// several samples. Times are in UTC. Empty cells were not measured.
///
/// @shape wallOfNow: the civil time of the instant `now`
QString seriesCsv(const LiveSeries& series, Instant from, Instant to, Instant now, WallTime wallOfNow);

}  // namespace metabatch::models
