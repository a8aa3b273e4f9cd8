// SPDX-License-Identifier: Apache-2.0
#include "abi/thresholds_abi.hpp"

#include "abi/abi.hpp"
#include "abi/scenario_abi.hpp"
#include "abi/table_columns.hpp"
#include "base/number.hpp"

/// Conditions on the results of the simulator, those of `metabatch simulate --fail-if`.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

std::vector<Threshold> held;

/// A condition as it was read, or what is wrong with it and where.
struct Read {
  std::string text, figure, problem;
  double value = 0;
  std::size_t at = 0, size = 0;
};

Read read(std::string_view expression) {
  auto parsed = Threshold::parse(expression);
  if (const auto* const error = std::get_if<ThresholdError>(&parsed))
    return {{}, {}, explain(*error, expression), 0, error->at, error->size};
  held.push_back(std::get<Threshold>(parsed));
  return {held.back().text(), std::string(held.back().figure().name), {}, held.back().value(), 0, 0};
}

constexpr std::array<TextColumn<Read>, 6> kColumns = {{
    {"text", [](const Read& r) { return r.text; }},
    {"figure", [](const Read& r) { return r.figure; }},
    {"value",
     [](const Read& r) {
       std::string text;
       append_number(text, r.value);
       return text;
     }},
    {"problem", [](const Read& r) { return r.problem; }},
    {"at", [](const Read& r) { return std::to_string(r.at); }},
    {"size", [](const Read& r) { return std::to_string(r.size); }},
}};

}  // namespace

const std::vector<Threshold>& wasm::thresholds() { return held; }

/// Reads conditions, one a line; runs are judged by them from now on. The answer is a table with a
/// header line and a row for each. `problem` says what is wrong, `at` and `size` where: bytes of
/// the line. Where one is wrong, runs are judged by none.
METABATCH_EXPORT(mb_thresholds)() {
  held.clear();
  bool is_wrong = false;
  std::string text = header_line(kColumns);
  for (std::string_view rest = input(); !rest.empty();) {
    const Read one = read(next_line(rest).first);
    is_wrong = is_wrong || !one.problem.empty();
    text += row_line(kColumns, one);
  }
  if (is_wrong) held.clear();
  return answer(std::move(text));
}
