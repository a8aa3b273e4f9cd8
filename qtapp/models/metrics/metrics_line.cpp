// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/metrics_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.hpp"

namespace metabatch::models {
namespace {

constexpr std::string_view kTextTypes[] = {"counter", "gauge", "histogram", "summary", "untyped"};
constexpr std::string_view kOpenTypes[] = {"counter", "gauge",          "histogram", "summary",
                                           "unknown", "gaugehistogram", "info",      "stateset"};

bool isBlank(char c) { return c == ' ' || c == '\t'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Reads a line from left to right, and stops at the first error.
class Reading {
 public:
  Reading(std::string_view line, MetricsForm form) : m_line(line), m_form(form) {}

  MetricsLine read() {
    if (const std::size_t clean = clean_size(m_line); clean < m_line.size()) {
      m_at = clean;
      fail("not UTF-8");
    } else {
      skipBlanks();
      if (isAtEnd()) return {};
      if (peek() == '#')
        comment();
      else
        sample();
    }
    return m_found;
  }

 private:
  [[nodiscard]] bool isAtEnd() const { return m_at >= m_line.size(); }
  [[nodiscard]] char peek() const { return isAtEnd() ? '\0' : m_line[m_at]; }
  [[nodiscard]] bool isBad() const { return m_found.kind == MetricsLine::Kind::bad; }
  void fail(const char* what) {
    if (!isBad()) m_found = {.kind = MetricsLine::Kind::bad, .sample = {}, .family = {}, .what = what, .at = m_at};
  }
  void advance() {
    if (!isAtEnd()) ++m_at;
  }
  bool skipBlanks() {
    const std::size_t from = m_at;
    while (isBlank(peek())) ++m_at;
    return m_at > from;
  }
  std::string_view word() {
    const std::size_t from = m_at;
    while (!isAtEnd() && !isBlank(peek())) ++m_at;
    return m_line.substr(from, m_at - from);
  }
  /// @shape colons: names of metrics may contain them, names of labels may not
  std::string_view name(bool colons, const char* wrong) {
    const std::size_t from = m_at;
    while (isLetter(peek()) || (colons && peek() == ':') || (m_at > from && isDigit(peek()))) ++m_at;
    if (m_at == from) fail(wrong);
    return m_line.substr(from, m_at - from);
  }

  void comment() {
    ++m_at;
    skipBlanks();
    const std::string_view keyword = word();
    const bool isOpen = m_form == MetricsForm::openMetrics;
    if (isOpen && keyword == "EOF") {
      m_found.kind = MetricsLine::Kind::end;
      if (!isAtEnd()) fail("something follows the end");
    }
    if (keyword != "TYPE" && keyword != "HELP" && !(isOpen && keyword == "UNIT")) return;
    skipBlanks();
    const std::string_view family = name(true, "no name of a metric");
    if (!isBad() && !isAtEnd() && !isBlank(peek())) fail("no name of a metric");
    skipBlanks();
    if (keyword == "TYPE") type(family);
  }

  void type(std::string_view family) {
    const std::size_t from = m_at;
    const std::string_view found = word();
    const bool isOpen = m_form == MetricsForm::openMetrics;
    const bool isKnown = isOpen
                             ? std::find(std::begin(kOpenTypes), std::end(kOpenTypes), found) != std::end(kOpenTypes)
                             : std::find(std::begin(kTextTypes), std::end(kTextTypes), found) != std::end(kTextTypes);
    skipBlanks();
    if (!isKnown || !isAtEnd()) m_at = from, fail("not a type of metric");
    if (!isBad()) m_found.kind = MetricsLine::Kind::type, m_found.family = family;
  }

  void sample() {
    m_found.sample.name = name(true, "no name of a metric");
    const bool isSpaced = skipBlanks();
    if (!isBad() && peek() == '{')
      m_found.sample.labels = labels();
    else if (!isBad() && !isSpaced)
      fail(isAtEnd() ? "no value" : "no name of a metric");
    skipBlanks();
    m_found.sample.value = number("no value", true);
    if (skipBlanks() && !isAtEnd() && peek() != '#') time();
    skipBlanks();
    if (!isBad() && peek() == '#' && m_form == MetricsForm::openMetrics) exemplar();
    skipBlanks();
    if (!isAtEnd()) fail("something follows the value");
    if (!isBad()) m_found.kind = MetricsLine::Kind::sample;
  }

  std::vector<std::pair<std::string, std::string>> labels() {
    std::vector<std::pair<std::string, std::string>> found;
    ++m_at;
    for (skipBlanks(); !isBad() && peek() != '}'; skipBlanks()) {
      std::string label(name(false, isAtEnd() ? "the labels do not end" : "no name of a label"));
      skipBlanks();
      if (peek() != '=') fail("a label without a value");
      advance();
      skipBlanks();
      std::string value = isBad() ? std::string() : quoted();
      for (const auto& [other, unused] : found)
        if (other == label) fail("a label that comes twice");
      found.emplace_back(std::move(label), std::move(value));
      skipBlanks();
      if (peek() == ',')
        ++m_at;
      else if (peek() != '}')
        fail(isAtEnd() ? "the labels do not end" : "no comma between labels");
    }
    if (!isBad()) ++m_at;
    return found;
  }

  std::string quoted() {
    std::string text;
    if (peek() != '"') fail("a label's value is not in quotes");
    for (advance(); !isBad() && peek() != '"'; advance()) {
      if (isAtEnd()) return fail("a label's value does not end"), text;
      if (peek() != '\\') {
        text += peek();
        continue;
      }
      advance();
      if (peek() != '\\' && peek() != '"' && peek() != 'n') fail("an escape that there is not");
      text += peek() == 'n' ? '\n' : peek();
    }
    advance();
    return text;
  }

  double number(const char* wrong, bool mayBeInfinite) {
    const std::size_t from = m_at;
    std::string_view text = word();
    if (isBad()) return 0;
    const bool isNegative = text.starts_with('-');
    if (isNegative || text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const bool isSigned = text.starts_with('-') || text.starts_with('+');
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool isNumber = !isSigned && error == std::errc() && end == text.data() + text.size() &&
                          text.find('(') == std::string_view::npos && (mayBeInfinite || std::isfinite(value));
    if (!isNumber) m_at = from, fail(wrong);
    return isNegative ? -value : value;
  }

  /// The text format has milliseconds, OpenMetrics seconds. The value is ignored: the time of the
  /// scrape counts.
  void time() {
    const std::size_t from = m_at;
    number("not a time stamp", false);
    const std::string_view text = m_line.substr(from, m_at - from);
    const bool isWhole = text.find_first_not_of("+-0123456789") == std::string_view::npos;
    if (m_form == MetricsForm::text && !isWhole) m_at = from, fail("not a time stamp");
  }

  void exemplar() {
    ++m_at;
    skipBlanks();
    if (peek() != '{') return fail("an exemplar without labels");
    (void)labels();
    skipBlanks();
    number("an exemplar without a value", true);
    if (skipBlanks() && !isAtEnd()) number("not a time stamp", false);
  }

  const std::string_view m_line;
  const MetricsForm m_form;
  std::size_t m_at = 0;
  MetricsLine m_found;
};

}  // namespace

MetricsLine readMetricsLine(std::string_view line, MetricsForm form) { return Reading(line, form).read(); }

}  // namespace metabatch::models
