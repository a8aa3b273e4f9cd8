// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "metabatch/simulation/tuner.hpp"
#include "models/charts/what_if.hpp"

/// Core's tuner on measured arrivals: the updates that arrived, the database as it was measured,
/// and the settings that run.
namespace metabatch::models {

/// What was tried, as copied values.
struct TuneAnswer {
  std::vector<TunePoint> points;      ///< in the order of trying; the settings that run come first
  std::vector<std::size_t> frontier;  ///< indices in `points`, by ascending delay
  Recommendation recommended;
  std::size_t size = 0;  ///< how many settings there were to try
  Duration maxDelay{};
  Duration span{};  ///< of the arrivals
  StoreFit store;

  [[nodiscard]] bool isComplete() const { return points.size() == size; }
  [[nodiscard]] const TunePoint& best() const { return points[recommended.point]; }
  [[nodiscard]] const TunePoint& today() const { return points.front(); }
  /// The frontier, together with the settings that run and the recommended ones, by ascending
  /// delay.
  [[nodiscard]] std::vector<std::size_t> shown() const;
};

/// How many settings were tried, of how many.
using OnTried = std::function<void(std::size_t done, std::size_t size)>;

/// Tries settings on the arrivals of the question. Its own settings are those that run.
///
/// @return nothing: the question is impossible, or was cancelled before the first result. A later
///         cancellation ends the search with the results so far
/// @cost   a short simulation a setting, and as long a cancellation waits at most
std::shared_ptr<const TuneAnswer> tune(const WhatIfQuestion& question, Duration maxDelay,
                                       const IsCancelled& isCancelled, const OnTried& onTried = {});

/// The running settings with those that the tuner searches taken from `found`.
Config withTuned(Config running, const Config& found);

/// What the recommended settings achieve, and what the running ones do, in one or two sentences.
QString verdictText(const TuneAnswer& answer);
/// `batch size 5,000, interval 5 s, fixed, coalesce`
QString settingsText(const Config& config);
/// Why, and what to mind: one sentence a line.
QString reasonsText(const TuneAnswer& answer);
/// What the search is based on, in one or two sentences.
QString basisText(const TuneAnswer& answer);

}  // namespace metabatch::models
