// SPDX-License-Identifier: Apache-2.0
#include "models/report/report_page.hpp"

#include "models/report/chart.hpp"
#include "models/report/report_style.hpp"

namespace metabatch::report {

std::string figures_html(const std::vector<KeyFigure>& figures) {
  std::string text = "<dl class=\"figures\">\n";
  for (const KeyFigure& figure : figures) {
    text += "<div><dt>" + escaped(figure.name) + "</dt><dd>" + escaped(figure.value);
    if (!figure.about.empty()) text += "<small>" + escaped(figure.about) + "</small>";
    text += "</dd></div>\n";
  }
  return text + "</dl>\n";
}

std::string page_html(std::string_view title, std::string_view lead, std::string_view body) {
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>\n<title>";
  text.append(escaped(title)).append("</title>\n<style>\n").append(kReportStyle);
  text.append("</style>\n</head>\n<body>\n<main>\n<h1>").append(escaped(title)).append("</h1>\n");
  if (!lead.empty()) text.append("<p class=\"lead\">").append(escaped(lead)).append("</p>\n");
  return text.append(body).append("</main>\n</body>\n</html>\n");
}

}  // namespace metabatch::report
