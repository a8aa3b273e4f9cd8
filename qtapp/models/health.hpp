// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>
#include <utility>
#include <vector>

#include "health/collector.hpp"
#include "models/charts/sample.hpp"

namespace metabatch::models {

enum class Severity : std::uint8_t { good, notice, warning, alarm };

/// One sentence that an operator reads, how bad it is, and what a setting would do about it.
struct HealthLine {
  Severity severity = Severity::good;
  QString text;
  std::optional<Config> advice{};  ///< settings that mend it; none: no setting does
  bool operator==(const HealthLine&) const = default;
};

/// What the top of the dashboard shows.
struct HealthText {
  Severity severity = Severity::notice;
  QString headline;  ///< the state in a few words
  QString saved;     ///< `96.9 % saved`, or an en dash where the figure is not allowed
  QString rates;     ///< what is written instead of what
  QString span;      ///< of all figures of the window: `last 30 s`
  std::vector<HealthLine> lines;                   ///< worst first
  std::vector<std::pair<QString, QString>> figures;  ///< names and values
};

/// What a sample of the batcher does not hold.
struct Condition {
  bool isFlushingPaused = false;
  bool isClosing = false;
  QString lastFailure;  ///< of the newest flush, when that failed; else empty
  FailureClass failure = FailureClass::none;
  quint64 failuresInARow = 0;  ///< flushes that failed since the last success
  QString registration{};      ///< what is done, or can be done, about missing rows: sentences
};

/// The sample as core's health function takes it.
health::Sample healthSample(const Sample& sample, const Condition& condition);

/// Core's judgement in the language of the window; every number comes from there.
HealthText healthText(const health::Collector& collector, const Sample& newest, const Condition& condition);

Severity severityOf(health::Severity severity);

}  // namespace metabatch::models
