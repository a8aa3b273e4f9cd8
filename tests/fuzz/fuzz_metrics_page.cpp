// SPDX-License-Identifier: Apache-2.0
// links: metabatch::models
// Any bytes as a page of metrics: only wanted samples are kept, the counts agree, and all figures
// can be calculated.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "models/metrics/metrics_page.hpp"
#include "models/metrics/scrape.hpp"

using namespace metabatch;
using namespace metabatch::models;

namespace {

constexpr std::string_view kPrefix = "coderd_agentapi_";

void require(bool holds) {
  if (!holds) std::abort();
}

void check(std::string_view text, MetricsForm form) {
  const MetricsPage page = readMetrics(text, {kPrefix, kProcessStart}, form);
  require(page.samples.size() <= page.series);
  require(page.bad.size() <= MetricsPage::kMostReported && page.bad.size() <= page.badLines);
  for (const MetricSample& sample : page.samples)
    require(std::string_view(sample.name).starts_with(kPrefix) ||
            std::string_view(sample.name).starts_with(kProcessStart));
  for (const LineProblem& line : page.bad) require(line.line > 0 && !line.what.isEmpty());
  const Scrape scrape = scrapeOf(page, kPrefix, Instant{});
  for (const auto& [name, histogram] : scrape.histograms) {
    (void)quantile(histogram, 0.5);
    (void)histogram.mean();
    (void)mergedHistogram(scrape, name);
  }
  (void)between(scrape, scrape);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, MetricsForm::text);
  check(text, MetricsForm::openMetrics);
  return 0;
}
