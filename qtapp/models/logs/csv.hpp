// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractItemModel>
#include <QString>

#include "models/charts/live_series.hpp"

namespace metabatch::models {

/// The cells as shown, a header first.
///
/// @source RFC 4180, lines ended by a line feed
QString tableCsv(const QAbstractItemModel& model);

/// Every series of rates between two instants, a line a sample (of a long stretch: the last of several); the time in UTC. Empty
/// cells: not measured.
///
/// @shape wallOfNow: what the civil clock says at the instant `now`
QString seriesCsv(const LiveSeries& series, Instant from, Instant to, Instant now, WallTime wallOfNow);

}  // namespace metabatch::models
