// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/thresholds.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/flags/arguments.hpp"
#include "cli/flags/scenario_file.hpp"
#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

constexpr std::array<std::string_view, 6> kOperators = {">", ">=", "<", "<=", "==", "!="};  // in the order of Operator

/// The numbers of the result by the names of its JSON, so that only one list of them exists.
std::map<std::string, double, std::less<>> figures_of(const RunResult& result) {
  std::map<std::string, double, std::less<>> figures;
  const auto object = nlohmann::json::parse(result_json(result));
  for (const auto& [name, value] : object.items()) {
    if (value.is_number()) figures[name] = value.get<double>();
    if (!value.is_object()) continue;
    const std::string group = name == "delay_s" ? "delay" : name;
    double sum = 0;
    for (const auto& [member, number] : value.items()) {
      figures[group + "." + member] = number.get<double>();
      sum += number.get<double>();
    }
    if (group == "dropped" || group == "flushes") figures[group] = sum;
  }
  return figures;
}

bool is_time(std::string_view name) { return name == "seconds" || name.starts_with("delay."); }

std::string canonical(std::string name) {
  if (name.starts_with("delay_s.")) name.erase(5, 2);
  return name;
}

std::string shown(std::string_view name, double value) {
  if (is_time(name)) return seconds_text(value);
  char text[48];
  if (name == "saved")
    std::snprintf(text, sizeof text, "%.2f %%", value * 100);
  else
    std::snprintf(text, sizeof text, value == std::floor(value) ? "%.0f" : "%.4g", value);
  return text;
}

std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> value_of(std::string_view name, std::string text) {
  if (is_time(name))
    if (const Result<Duration> time = parse_duration(text)) return std::chrono::duration<double>(*time).count();
  if (name == "saved" && text.ends_with('%')) {
    text.pop_back();
    while (text.ends_with(' ')) text.pop_back();
    const std::optional<double> percent = number_of(text);
    return percent ? std::optional(*percent / 100) : std::nullopt;
  }
  return number_of(text);
}

std::string possible_text(std::string_view name) {
  if (is_time(name)) return "a time such as 250ms, 5s or 2m";
  return name == "saved" ? "a share such as 90% or 0.9" : "a number";
}

}  // namespace

/// Reads an expression from left to right.
class ThresholdParser {
 public:
  explicit ThresholdParser(const std::string& text) : text_(text) {}

  Threshold parse() {
    Threshold found;
    found.name_ = canonical(name());
    found.operator_ = static_cast<Threshold::Operator>(operator_index());
    skip_blanks();
    const std::size_t begin = at_;
    found.value_text_ = text_.substr(at_, text_.find_last_not_of(" \t") + 1 - at_);
    const std::optional<double> value = value_of(found.name_, found.value_text_);
    if (!value) fail(begin, found.value_text_.size(), "this must be " + possible_text(found.name_));
    found.value_ = *value;
    return found;
  }

 private:
  [[noreturn]] void fail(std::size_t at, std::size_t size, const std::string& what) const {
    const std::string marks = "^" + std::string(size > 1 ? size - 1 : 0, '~');
    throw MarkedError("--fail-if: " + what, "  " + text_ + "\n  " + std::string(at, ' ') + marks);
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

  std::string name() {
    skip_blanks();
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(" \t<>=!", at_), text_.size());
    const std::string given = text_.substr(begin, at_ - begin);
    const auto figures = figures_of({});
    if (figures.contains(canonical(given))) return given;
    std::vector<std::string_view> known;
    std::string list;
    for (const auto& [one, value] : figures) {
      known.push_back(one);
      list.append(list.empty() ? "" : ", ").append(one);
    }
    const std::string guess = given.empty() ? std::string() : guess_text(given, known);
    fail(begin, given.size(),
         (given.empty() ? "a name is missing" : "no figure is called '" + given + "'") + guess +
             (guess.empty() ? "; there are: " : " There are: ") + list);
  }

  std::size_t operator_index() {
    skip_blanks();
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("<>=!", at_), text_.size());
    const std::string_view given = std::string_view(text_).substr(begin, at_ - begin);
    for (std::size_t i = 0; i < kOperators.size(); ++i)
      if (given == kOperators[i]) return i;
    fail(begin, given.size(), "here must be one of > >= < <= == !=");
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

Threshold Threshold::parse(const std::string& expression) { return ThresholdParser(expression).parse(); }

bool Threshold::is_true(double found) const {
  switch (operator_) {
    case Operator::above: return found > value_;
    case Operator::at_least: return found >= value_;
    case Operator::below: return found < value_;
    case Operator::at_most: return found <= value_;
    case Operator::equal: return found == value_;
    case Operator::unequal: return found != value_;
  }
  return false;
}

std::optional<std::string> Threshold::missed(const RunResult& result) const {
  const double found = figures_of(result).at(name_);
  if (!is_true(found)) return std::nullopt;
  std::string text = name_ + " " + std::string(kOperators[static_cast<std::size_t>(operator_)]) + " " + value_text_ +
                     ": it is " + shown(name_, found);
  if (found != value_) text += ", " + shown(name_, std::abs(found - value_)) + (found > value_ ? " above" : " below");
  return text;
}

}  // namespace metabatch::cli
