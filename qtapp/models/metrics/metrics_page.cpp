// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/metrics_page.hpp"

#include <algorithm>
#include <set>

#include "models/metrics/metrics_line.hpp"

namespace metabatch::models {
namespace {

/// The name and the labels, independent of their order.
std::string identity(const MetricSample& sample) {
  auto labels = sample.labels;
  std::sort(labels.begin(), labels.end());
  std::string text = sample.name;
  for (const auto& [name, value] : labels) text.append(1, '\0').append(name).append(1, '\0').append(value);
  return text;
}

class Page {
 public:
  Page(std::vector<std::string_view> wanted, MetricsForm form) : m_wanted(std::move(wanted)), m_form(form) {}

  void read(std::string_view line, bool isEnded) {
    ++m_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (m_isOver && !line.empty()) return complain("after the end", 0);
    if (!isEnded) return complain("cut off: no end of line", line.size());
    const MetricsLine read = readMetricsLine(line, m_form);
    switch (read.kind) {
      case MetricsLine::Kind::nothing: return;
      case MetricsLine::Kind::bad: return complain(read.what, read.at);
      case MetricsLine::Kind::end: m_isOver = true; return;
      case MetricsLine::Kind::type:
        if (!m_families.emplace(read.family).second) complain("a second type of the same metric", 0);
        return;
      case MetricsLine::Kind::sample: return add(read.sample);
    }
  }

  MetricsPage finish(bool isCut) {
    m_page.isWhole = !isCut && (m_form == MetricsForm::text || m_isOver);
    return std::move(m_page);
  }

 private:
  void add(const MetricSample& sample) {
    const bool isWanted = std::any_of(m_wanted.begin(), m_wanted.end(),
                                      [&](std::string_view prefix) { return sample.name.starts_with(prefix); });
    if (isWanted && !m_seen.insert(identity(sample)).second) return complain("a series that comes twice", 0);
    ++m_page.series;
    if (isWanted) m_page.samples.push_back(sample);
  }
  void complain(const char* what, std::size_t at) {
    ++m_page.badLines;
    if (m_page.bad.size() >= MetricsPage::kMostReported) return;
    m_page.bad.push_back({m_number, at == 0 ? QString::fromUtf8(what)
                                            : QStringLiteral("%1, at byte %2").arg(QString::fromUtf8(what)).arg(at)});
  }

  const std::vector<std::string_view> m_wanted;
  const MetricsForm m_form;
  MetricsPage m_page;
  std::set<std::string, std::less<>> m_families;
  std::set<std::string> m_seen;
  quint64 m_number = 0;
  bool m_isOver = false;
};

}  // namespace

const std::string* MetricSample::label(std::string_view wanted) const {
  for (const auto& [one, text] : labels)
    if (one == wanted) return &text;
  return nullptr;
}

MetricsPage readMetrics(std::string_view text, std::vector<std::string_view> wanted, MetricsForm form) {
  Page page(std::move(wanted), form);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool isEnded = end != std::string_view::npos;
    page.read(text.substr(0, end), isEnded);
    if (!isEnded) return page.finish(true);
    text.remove_prefix(end + 1);
  }
  return page.finish(false);
}

}  // namespace metabatch::models
