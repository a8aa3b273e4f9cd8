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

/// What would have been, had other settings run: recorded arrivals through the core's own machine and its modelled
/// database, in virtual time.
namespace metabatch::models {

struct WhatIfQuestion {
  ArrivalRing arrivals;
  Instant from{};  ///< the arrivals before are left out
  Instant to{};
  Config config;  ///< to be tried
  StoreFit store;
  // What was measured meanwhile, and how it ran.
  Summary measured;
  bool isMeasured = true;              ///< false: nothing but the arrivals is known
  Config running;                      ///< at `from`
  std::vector<SettingChange> changes;  ///< since then
};

struct WhatIfAnswer {
  LiveSeries series;  ///< what the charts would have shown from `from` to `to`
  Summary summary;    ///< of the settings asked
  Summary check;      ///< of the settings that ran, by the same model: what was measured ought to be near
  WhatIfQuestion question;
};

/// Asked now and then; true: give up.
using IsCancelled = std::function<bool()>;
/// How far it has come, 0 to 1.
using OnProgress = std::function<void(double)>;

/// What may be asked of what is held: from where both arrivals and samples are there. Nothing: there is too little yet.
std::optional<WhatIfQuestion> whatIfQuestion(const ArrivalRing& arrivals, const Measured& measured,
                                             const Config& wanted);

/// Plays the arrivals twice, with the settings asked and with those that ran.
///
/// @return nothing: cancelled
/// @cost   some 100 ns an update; memory as ArrivalRing::bytes()
std::optional<std::shared_ptr<const WhatIfAnswer>> whatIf(const WhatIfQuestion& question,
                                                          const IsCancelled& isCancelled,
                                                          const OnProgress& onProgress = {});

/// `Of the last 5 min: 0.40 writes and NOTIFYs a second instead of 3.60 (89 % less); ...`, one sentence.
QString whatIfText(const WhatIfAnswer& answer);
/// How far the model is to be trusted, one sentence: what it makes of the settings that ran.
QString checkText(const WhatIfAnswer& answer);
/// What the modelled database is made from, one sentence.
QString storeText(const StoreFit& store);

}  // namespace metabatch::models
