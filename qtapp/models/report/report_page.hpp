// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace metabatch::report {

/// One of the numbers at the top of a report.
struct KeyFigure {
  std::string name;
  std::string value;
  std::string about;  ///< smaller, below it; may be empty
};
/// A `<dl>` of them.
std::string figures_html(const std::vector<KeyFigure>& figures);

/// The whole document. It loads nothing (its policy forbids that), has no script, opens from disk,
/// and follows the reader's choice of light or dark.
///
/// @shape title, lead: text; body: HTML in which all text is already escaped
std::string page_html(std::string_view title, std::string_view lead, std::string_view body);

}  // namespace metabatch::report
