// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "metabatch/time.hpp"

namespace metabatch {

/// Columns of a chart in a report, and the samples of a CSV where the scenario does not say.
inline constexpr std::int64_t kReportSamples = 240;  // two pixels each where a page is narrow

/// At most so many samples, at round times. Rates over shorter times would show single flushes.
Duration report_pace(Duration duration);

}  // namespace metabatch
