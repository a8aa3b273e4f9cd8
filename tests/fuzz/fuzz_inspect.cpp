// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "metabatch/inspect.hpp"

namespace {

using namespace metabatch;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_promise(const Inspection& result, std::size_t size, std::size_t max_spans) {
  std::size_t at = 0;
  require(result.spans.size() <= max_spans);
  for (std::size_t i = 0; i < result.spans.size(); ++i) {
    const Span& span = result.spans[i];
    require(span.at == at && span.length > 0);
    at += span.length;
    require(span.finding == kNowhere || span.finding < result.findings.size());
    require((span.kind == SpanKind::id) == (span.id != kNowhere));
    require(span.id == kNowhere || result.ids.at(span.id).span == i);
    require(span.kind != SpanKind::bad_id || (span.bad_at >= span.at && span.bad_at <= at));
    require(!describe(span, result).empty());
  }
  require(at == size);
  std::size_t behind = 0;
  std::size_t listed = 0;
  for (const Finding& finding : result.findings) {
    require(finding.at >= behind && finding.spans > 0);
    behind = finding.at + finding.length;
    const Span& last = result.spans.at(finding.first_span + finding.spans - 1);
    require(result.spans.at(finding.first_span).at == finding.at && last.at + last.length == behind);
    require(finding.first_id == listed);
    listed += finding.ids;
    require(!describe(finding, result).empty());
  }
  require(listed == result.ids.size());
  std::uint32_t distinct = 0;
  for (std::uint32_t i = 0; i < result.ids.size(); ++i) {
    const FoundId& found = result.ids[i];
    require(found.first <= i && result.ids[found.first].id == found.id);
    distinct += found.first == i ? 1 : 0;
  }
  require(distinct == result.distinct_ids);
  require(result.read_bytes <= size);
}

}  // namespace

/// Never crashes, and its spans cover the input in order without overlap, whatever the limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require_promise(inspect(text), size, InspectLimits{}.max_spans);
  const std::size_t few = 1 + (size == 0 ? 0 : data[0] % 16u);
  require_promise(inspect(text, {few}), size, few);
  return 0;
}
