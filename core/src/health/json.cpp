// SPDX-License-Identifier: Apache-2.0
#include "health/json.hpp"

#include <cmath>
#include <utility>

#include "base/json_writer.hpp"
#include "health/text.hpp"

namespace metabatch::health {
namespace {

void append_value(std::string& to, double number) {
  if (std::isfinite(number))
    append_number(to, number);
  else
    to += "null";
}

void append_numbers(std::string& to, const Finding& finding) {
  to += '{';
  const auto& names = number_names(finding.code);
  for (std::size_t i = 0; i < kNumbers && !names[i].empty(); ++i) {
    if (i > 0) to += ',';
    append_json_text(to, names[i]);
    to += ':';
    append_value(to, finding.numbers[i]);
  }
  to += '}';
}

void append_finding(std::string& to, const Finding& finding) {
  to += "{\"code\":";
  append_json_text(to, name_of(finding.code));
  append_member(to, "severity", name_of(severity_of(finding.code)));
  append_member(to, "numbers");
  append_numbers(to, finding);
  append_member(to, "failure", name_of(finding.failure));
  append_member(to, "detail", std::string_view(finding.detail));
  append_member(to, "headline", headline(finding));
  append_member(to, "text", describe(finding));
  to += '}';
}

void append_rates(std::string& to, const Rates& rates) {
  const std::pair<std::string_view, double> all[] = {{"updates", rates.updates},   {"written", rates.written},
                                                     {"flushes", rates.flushes},   {"failures", rates.failures},
                                                     {"notifies", rates.notifies}, {"unbatched", rates.unbatched}};
  to += '{';
  for (const auto& [name, rate] : all) {
    if (to.back() != '{') to += ',';
    append_json_text(to, name);
    to += ':';
    append_value(to, rate);
  }
  to += '}';
}

}  // namespace

std::string to_json(const Assessment& assessment) {
  static constexpr std::string_view kStarts[] = {"full", "change", "start"};
  std::string to = "{\"state\":";
  append_json_text(to, name_of(assessment.state()));
  append_member(to, "headline", headline(assessment));
  append_member(to, "window", kStarts[static_cast<std::size_t>(assessment.start)]);
  append_member(to, "span_s");
  append_value(to, in_seconds(assessment.span));
  append_member(to, "span", span_text(assessment));
  append_member(to, "saved");
  append_value(to, assessment.saved.value_or(std::nan("")));
  append_member(to, "per_second");
  append_rates(to, assessment.rates);
  append_member(to, "findings");
  to += '[';
  for (const Finding& finding : assessment.findings) {
    if (to.back() == '}') to += ',';
    append_finding(to, finding);
  }
  to += "]}";
  return to;
}

}  // namespace metabatch::health
