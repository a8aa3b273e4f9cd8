// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/health_view.hpp"
#include "models/metrics/scrape_series.hpp"

namespace metabatch::models {

/// The state of a foreign batcher by its metrics, worst first, and what the metrics do not show.
/// Settings are not in the metrics, so core's health function cannot judge them; the words are the
/// same.
HealthText scrapedHealth(const ScrapeStatus& status);

}  // namespace metabatch::models
