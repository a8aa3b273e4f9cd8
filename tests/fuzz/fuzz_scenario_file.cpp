// SPDX-License-Identifier: Apache-2.0
// links: metabatch::cli
// Any bytes as a scenario file: either it is parsed, or the message names the wrong position. A
// parsed scenario can be simulated, and stays the same when it is written field by field.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/flags/arguments.hpp"
#include "cli/flags/scenario_file.hpp"
#include "cli/terminal/terminal.hpp"

using namespace metabatch;
using namespace metabatch::cli;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_scenario(const std::string& text) {
  try {
    const Scenario scenario = read_scenario({"x", text});
    require(validated(scenario).has_value());
    Scenario again;
    for (const FieldText& field : changed_fields(scenario))
      require(set_field(again, field.name, field.text).has_value());
    require(again == scenario);
  } catch (const UsageError& error) {
    const std::string said = visible(error.what(), Layout::one_line);  // as Console::message() shows it
    require(said.starts_with("x:"));
    for (const char c : said) require(c >= ' ' || c < 0);  // nothing that controls a terminal
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_scenario(text);
  return 0;
}
