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

/// One sentence for the operator, its severity, and the settings that would help.
struct HealthLine {
  Severity severity = Severity::good;
  QString text;
  std::optional<Config> advice{};  ///< settings that correct it; empty: no setting does
  bool operator==(const HealthLine&) const = default;
};

/// The top of the dashboard.
struct HealthText {
  Severity severity = Severity::notice;
  QString headline;                                  ///< the state in a few words
  QString saved;                                     ///< `96.9 % saved`, or an en dash where no figure may be shown
  QString rates;                                     ///< the writes and NOTIFYs, with and without batching
  QString span;                                      ///< the span of all figures: `last 30 s`
  std::vector<HealthLine> lines;                     ///< worst first
  std::vector<std::pair<QString, QString>> figures;  ///< names and values
};

/// Facts that a sample of the batcher does not contain.
struct Condition {
  bool isFlushingPaused = false;
  bool isClosing = false;
  QString lastFailure;  ///< of the newest flush if it failed; else empty
  FailureClass failure = FailureClass::none;
  quint64 failuresInARow = 0;  ///< flushes that failed since the last success
  QString registration{};      ///< what is done, or can be done, about missing rows, in sentences
};

/// Converts a sample for core's health function.
health::Sample healthSample(const Sample& sample, const Condition& condition);

/// Core's judgement in the language of the window. All numbers come from core.
HealthText healthText(const health::Collector& collector, const Sample& newest, const Condition& condition);

Severity severityOf(health::Severity severity);

}  // namespace metabatch::models
