// SPDX-License-Identifier: Apache-2.0
#include "models/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "metabatch/time.hpp"
#include "models/report/axis.hpp"
#include "models/report/numbers.hpp"

namespace metabatch::report {
namespace {

constexpr double kSide = 1000;          // of the viewBox, which is stretched to the available space
constexpr std::size_t kTableRows = 60;  // of a chart's table: a screen or two
constexpr std::size_t kLineStyles = 4;  // that the style sheet has

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string_view shown(text);
  if (shown.ends_with(".0")) shown.remove_suffix(2);
  return std::string(shown == "-0" ? "0" : shown);
}

std::string percent(double share) { return number(share * 100) + "%"; }

std::string span(const char* side, double share, std::string_view text) {
  const char* const edge = share < 0.02 ? " class=\"first\"" : share > 0.98 ? " class=\"last\"" : "";
  return std::string("<span") + edge + " style=\"" + side + ":" + percent(share) + "\">" + escaped(text) + "</span>";
}

std::string time_text(double seconds) {
  return format_duration(std::chrono::milliseconds(std::llround(seconds * 1e3)));
}

std::string open_figure(const std::string& id, const std::string& title, const std::string& about) {
  return "<figure class=\"chart\" id=\"" + id + "\">\n<figcaption><h3>" + escaped(title) + "</h3><p>" + escaped(about) +
         "</p></figcaption>\n";
}

std::string open_svg(const std::string& id, const std::string& title, const std::string& about) {
  return "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"" + id + "-t " +
         id + "-d\">\n<title id=\"" + id + "-t\">" + escaped(title) + "</title><desc id=\"" + id + "-d\">" +
         escaped(about) + " The numbers are in the table below it.</desc>\n";
}

std::string grid_path(const Axis& x, const Axis& y) {
  std::string path;
  for (const double mark : y.marks) path.append("M0 ").append(number(kSide * (1 - y.at(mark)))).append("H1000");
  for (const double mark : x.marks) path.append("M").append(number(kSide * x.at(mark))).append(" 0V1000");
  return "<path class=\"grid\" d=\"" + path + "\"/>\n";
}

std::string y_marks(const Axis& y, Unit unit) {
  std::string text = "<div class=\"y\" aria-hidden=\"true\">";
  for (const double mark : y.marks) text += span("bottom", y.at(mark), text_of(mark, unit));
  return text + "</div>\n";
}

std::string key_of(std::size_t line) { return std::to_string(line % kLineStyles + 1).insert(0, 1, 'l'); }

/// Vertical strokes from min to max, joined from the last of one column to the first of the next.
std::string line_path(const ChartLine& line, const Axis& y) {
  std::string path;
  const auto at = [&y](double value) { return number(kSide * (1 - y.at(value))); };
  const double width = kSide / static_cast<double>(line.columns.size());
  for (std::size_t i = 0; i < line.columns.size(); ++i) {
    const Column& column = line.columns[i];
    if (!column.measured) continue;
    const std::string first = at(column.first);
    path += std::string(column.joined && !path.empty() ? "L" : "M") + number(width * (static_cast<double>(i) + 0.5)) +
            " " + first;
    std::string here = first;
    for (const double value : {column.min, column.max, column.last})
      if (std::string next = at(value); next != here) {
        path += "V" + next;
        here = std::move(next);
      }
    if (here == first && !column.joined) path += "h0";  // a dot
  }
  return path;
}

std::string legend(const std::vector<ChartLine>& lines) {
  std::string text = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += "<li><svg class=\"key\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"" + key_of(i) +
            "\" d=\"M1 4H23\"/></svg>" + escaped(lines[i].name) + "</li>";
  return text + "</ul>\n";
}

double highest(const std::vector<ChartLine>& lines) {
  double most = 0;
  for (const ChartLine& line : lines)
    for (const Column& column : line.columns)
      if (column.measured) most = std::max(most, column.max);
  return most;
}

/// As many steps as a reader can bear, each with its highest value.
std::string table_of(const TimeChart& chart) {
  std::vector<std::string> head = {"from"};
  std::size_t columns = 0;
  for (const ChartLine& line : chart.lines) {
    head.push_back(line.name);
    columns = std::max(columns, line.columns.size());
  }
  const std::size_t step = std::max<std::size_t>(1, (columns + kTableRows - 1) / kTableRows);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t begin = 0; begin < columns; begin += step) {
    std::vector<std::string> row = {
        time_text(chart.seconds * static_cast<double>(begin) / static_cast<double>(columns))};
    for (const ChartLine& line : chart.lines) {
      double most = -1;
      for (std::size_t i = begin; i < std::min(begin + step, line.columns.size()); ++i)
        if (line.columns[i].measured) most = std::max(most, line.columns[i].max);
      row.push_back(most < 0 ? "" : text_of(most, chart.unit));
    }
    rows.push_back(std::move(row));
  }
  return "<details><summary>The numbers</summary>" +
         table_html(chart.title + ": the highest value in each step", head, rows) + "</details>\n";
}

Axis axis_of(double least, double most) {
  if (!(least > 0)) least = most > 0 ? most / 10 : 1;
  return logarithmic_axis(least, std::max(most, least));
}

std::string frontier_path(const PointChart& chart, const Axis& x, const Axis& y) {
  std::vector<const ChartPoint*> frontier;
  for (const ChartPoint& point : chart.points)
    if (point.is_on_frontier) frontier.push_back(&point);
  std::sort(frontier.begin(), frontier.end(), [](const auto* a, const auto* b) { return a->x < b->x; });
  std::string path;
  for (const ChartPoint* const point : frontier)
    path.append(path.empty() ? "M" : "L")
        .append(number(kSide * x.at(point->x)))
        .append(" ")
        .append(number(kSide * (1 - y.at(point->y))));
  return "<path class=\"frontier\" d=\"" + path + "\"/>\n";
}

std::string point_marks(const PointChart& chart, const Axis& x, const Axis& y) {
  std::string others, frontier, chosen;
  for (const ChartPoint& point : chart.points) {
    const char* const kind = point.is_chosen ? "chosen" : point.is_on_frontier ? "front" : "other";
    std::string& kept = point.is_chosen ? chosen : point.is_on_frontier ? frontier : others;
    kept += std::string("<path class=\"dot ") + kind + "\" d=\"M" + number(kSide * x.at(point.x)) + " " +
            number(kSide * (1 - y.at(point.y))) + "h0\"><title>" + escaped(point.label) + "</title></path>\n";
  }
  return others + frontier + chosen;
}

std::string points_legend(const PointChart& chart) {
  const auto one = [](const char* kind, const std::string& name) {
    return std::string("<li><svg class=\"key\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"") + kind +
           "\" d=\"M12 4h0\"/></svg>" + escaped(name) + "</li>";
  };
  std::string text = "<ul class=\"legend\">" + one("dot chosen", "recommended") + one("dot front", "frontier") +
                     one("dot other", "others");
  if (chart.y_limit > 0)
    text +=
        "<li><svg class=\"key\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"limit\" d=\"M1 4H23\"/></svg>" +
        escaped(chart.limit_name) + "</li>";
  return text + "</ul>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  return safe;
}

std::string text_of(double value, Unit unit) {
  if (unit == Unit::seconds) return value == 0 ? "0" : seconds_text(value);
  if (value == std::floor(value)) return with_commas(static_cast<std::uint64_t>(std::max(value, 0.0)));
  return rate_text(value);
}

std::string table_html(std::string_view caption, const std::vector<std::string>& head,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string text = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(caption) +
                     "\"><table><caption>" + escaped(caption) + "</caption><thead><tr>";
  for (const std::string& cell : head) text += "<th scope=\"col\">" + escaped(cell) + "</th>";
  text += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? "<th scope=\"row\">" + escaped(row[i]) + "</th>" : "<td>" + escaped(row[i]) + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>";
}

std::string chart_html(const TimeChart& chart) {
  const Axis x = time_axis(chart.seconds);
  const Axis y = linear_axis(highest(chart.lines));
  std::string text = open_figure(chart.id, chart.title, chart.about) + legend(chart.lines) + "<div class=\"plot\">\n" +
                     y_marks(y, chart.unit) + open_svg(chart.id, chart.title, chart.about) + grid_path(x, y);
  for (std::size_t i = 0; i < chart.lines.size(); ++i)
    text += "<path class=\"" + key_of(i) + "\" d=\"" + line_path(chart.lines[i], y) + "\"/>\n";
  text += "</svg>\n<div class=\"x\" aria-hidden=\"true\">";
  for (const double mark : x.marks) text += span("left", x.at(mark), time_text(mark));
  return text + "</div>\n</div>\n" + table_of(chart) + "</figure>\n";
}

std::string chart_html(const PointChart& chart) {
  double x_least = 0, x_most = 0, y_least = chart.y_limit, y_most = chart.y_limit;
  for (const ChartPoint& point : chart.points) {
    if (point.x > 0) x_least = x_least > 0 ? std::min(x_least, point.x) : point.x;
    if (point.y > 0) y_least = y_least > 0 ? std::min(y_least, point.y) : point.y;
    x_most = std::max(x_most, point.x);
    y_most = std::max(y_most, point.y);
  }
  const Axis x = axis_of(x_least, x_most);
  const Axis y = axis_of(y_least, y_most);
  std::string text = open_figure(chart.id, chart.title, chart.about) + points_legend(chart) + "<p class=\"axis\">" +
                     escaped(chart.y_name) + "</p>\n<div class=\"plot tall\">\n" + y_marks(y, chart.y_unit) +
                     open_svg(chart.id, chart.title, chart.about) + grid_path(x, y);
  if (chart.y_limit > 0)
    text += "<path class=\"limit\" d=\"M0 " + number(kSide * (1 - y.at(chart.y_limit))) + "H1000\"/>\n";
  text += frontier_path(chart, x, y) + point_marks(chart, x, y) + "</svg>\n<div class=\"x\" aria-hidden=\"true\">";
  for (const double mark : x.marks) text += span("left", x.at(mark), text_of(mark, chart.x_unit));
  return text + "</div>\n</div>\n<p class=\"axis below\">" + escaped(chart.x_name) + "</p>\n</figure>\n";
}

}  // namespace metabatch::report
