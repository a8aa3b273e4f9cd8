// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <functional>
#include <memory>
#include <optional>

#include "metabatch/simulation/summary.hpp"
#include "models/charts/arrival_ring.hpp"
#include "models/charts/live_series.hpp"
#include "models/charts/measured.hpp"

/// Shows what other settings would have done: recorded arrivals run through the core's own machine
/// and its modelled database, in virtual time.
namespace metabatch::models {

/// Reports that a simulation plays before it looks for a cancellation: some milliseconds.
inline constexpr std::uint64_t kReportsAStep = 5'000;

struct WhatIfQuestion {
  ArrivalRing arrivals;
  Instant from{};  ///< the arrivals before are left out
  Instant to{};
  Config config;  ///< the settings to try
  StoreFit store;
  // The measurements of that time, and the settings that ran.
  Summary measured;
  bool isMeasured = true;              ///< false: only the arrivals are known
  Config running;                      ///< at `from`
  std::vector<SettingChange> changes;  ///< since then
};

struct WhatIfAnswer {
  LiveSeries series;  ///< what the charts would have shown from `from` to `to`
  Summary summary;    ///< with the settings asked
  Summary check;      ///< with the settings that ran, by the same model; it should be close to the measurements
  WhatIfQuestion question;
};

/// Called now and then; true cancels the run.
using IsCancelled = std::function<bool()>;
/// The progress, 0 to 1.
using OnProgress = std::function<void(double)>;

/// The question that the stored data allows: it begins where both arrivals and samples exist.
/// Nothing: there is too little data yet.
std::optional<WhatIfQuestion> whatIfQuestion(const ArrivalRing& arrivals, const Measured& measured,
                                             const Config& wanted);

/// The scenario of a run over the arrivals of the question, with these settings.
Scenario scenarioOf(const WhatIfQuestion& question, const Config& config, std::vector<SettingChange> changes);

/// Plays the arrivals twice: with the settings asked and with those that ran.
///
/// @return nothing: cancelled
/// @cost   some 100 ns an update; memory as ArrivalRing::bytes()
std::optional<std::shared_ptr<const WhatIfAnswer>> whatIf(const WhatIfQuestion& question,
                                                          const IsCancelled& isCancelled,
                                                          const OnProgress& onProgress = {});

/// `Of the last 5 min: 0.40 writes and NOTIFYs a second instead of 3.60 (89 % less); ...`, one
/// sentence.
QString whatIfText(const WhatIfAnswer& answer);
/// How far the model can be trusted, in one sentence: its result for the settings that ran.
QString checkText(const WhatIfAnswer& answer);
/// The data behind the modelled database, in one sentence.
QString storeText(const StoreFit& store);

}  // namespace metabatch::models
