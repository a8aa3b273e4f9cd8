// SPDX-License-Identifier: Apache-2.0
#include "service/metrics/exposition.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace metabatch::service {
namespace {

constexpr std::string_view kTotal = "_total";

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view one = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), one.size() + 1));
  return one;
}

/// One family of a page that this program made: HELP, TYPE, samples.
struct Family {
  std::string_view name, help, type;
  std::vector<std::string_view> samples;
};

std::vector<Family> families_of(std::string_view text) {
  std::vector<Family> found;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (line.starts_with("# HELP ")) {
      line.remove_prefix(7);
      found.emplace_back();
      found.back().name = take_until(line, ' ');
      found.back().help = line;
    } else if (line.starts_with("# TYPE ")) {
      found.back().type = line.substr(line.rfind(' ') + 1);
    } else if (!line.empty()) {
      found.back().samples.push_back(line);
    }
  }
  return found;
}

/// `le="10"` as OpenMetrics writes numbers: `le="10.0"`.
std::string with_float_bounds(std::string_view sample) {
  constexpr std::string_view kLe = "le=\"";
  std::string line(sample);
  const std::size_t at = line.find(kLe);
  if (at == std::string::npos) return line;
  const std::size_t from = at + kLe.size(), to = line.find('"', from);
  if (line.find_first_not_of("0123456789", from) == to) line.insert(to, ".0");
  return line;
}

// ---- protobuf

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}
void append_tag(std::string& out, unsigned field, unsigned wire) { append_varint(out, (field << 3) | wire); }
void append_bytes(std::string& out, unsigned field, std::string_view bytes) {
  append_tag(out, field, 2);
  append_varint(out, bytes.size());
  out += bytes;
}
void append_uint(std::string& out, unsigned field, std::uint64_t number) {
  append_tag(out, field, 0);
  append_varint(out, number);
}
std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}
void append_double(std::string& out, unsigned field, double number) {
  append_tag(out, field, 1);
  const auto bits = std::bit_cast<std::uint64_t>(number);
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
}

/// Writes runs of buckets without a gap, and each count as the difference from the previous one.
void append_buckets(std::string& out, const std::map<int, std::uint64_t>& buckets, unsigned span_field) {
  std::string deltas, span;
  std::int64_t before = 0;
  int next = 0, start = 0;
  std::uint32_t length = 0;
  const auto end_span = [&] {
    if (length == 0) return;
    span.clear();
    append_uint(span, 1, zigzag(start));
    append_uint(span, 2, length);
    append_bytes(out, span_field, span);
  };
  for (const auto& [index, count] : buckets) {
    if (length == 0 || index != next) {
      end_span();
      start = index - next;  // the first from 0, the others from the end of the one before
      length = 0;
    }
    ++length;
    next = index + 1;
    append_varint(deltas, zigzag(static_cast<std::int64_t>(count) - before));
    before = static_cast<std::int64_t>(count);
  }
  end_span();
  if (!deltas.empty()) append_bytes(out, span_field + 1, deltas);
}

std::string native_of(const NativeHistogram& histogram) {
  std::string out;
  append_uint(out, 1, histogram.count);
  append_double(out, 2, histogram.sum);
  append_uint(out, 5, zigzag(histogram.schema));
  append_double(out, 6, histogram.zero_threshold);
  append_uint(out, 7, histogram.zero_count);
  append_buckets(out, histogram.negative, 9);
  append_buckets(out, histogram.positive, 12);
  return out;
}

/// `{a="b",c="d"}`: this program's label values contain nothing that would need unescaping.
std::string labels_of(std::string_view sample) {
  std::string out;
  const std::size_t open = sample.find('{');
  if (open == std::string_view::npos) return out;
  std::string_view rest = sample.substr(open + 1, sample.rfind('}') - open - 1);
  while (!rest.empty()) {
    const std::string_view name = take_until(rest, '=');
    rest.remove_prefix(1);
    const std::string_view value = take_until(rest, '"');
    if (rest.starts_with(',')) rest.remove_prefix(1);
    std::string pair;
    append_bytes(pair, 1, name);
    append_bytes(pair, 2, value);
    append_bytes(out, 1, pair);
  }
  return out;
}

std::string labelled(std::string_view name, std::string_view value) {
  return labels_of("{" + std::string(name) + "=\"" + std::string(value) + "\"}");
}

void append_histograms(std::string& out, std::string_view name, std::span<const NativeSeries> series) {
  for (const NativeSeries& one : series) {
    if (!name.ends_with(one.family_end)) continue;
    std::string metric = one.reason.empty() ? std::string() : labelled("reason", one.reason);
    append_bytes(metric, 7, native_of(one.histogram->native()));
    append_bytes(out, 4, metric);
  }
}

}  // namespace

std::string_view content_type_of(Exposition exposition) {
  switch (exposition) {
    case Exposition::text: return "text/plain; version=0.0.4; charset=utf-8";
    case Exposition::open_metrics: return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case Exposition::protobuf:
      return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  }
  return "";
}

Exposition exposition_of(std::string_view accept) {
  Exposition best = Exposition::text;
  double best_q = 0;
  while (!accept.empty()) {
    std::string_view one = take_until(accept, ',');
    one.remove_prefix(std::min(one.size(), one.find_first_not_of(' ')));
    const bool is_delimited = one.find("encoding=delimited") != std::string_view::npos;
    Exposition form = Exposition::text;
    if (one.starts_with("application/openmetrics-text"))
      form = Exposition::open_metrics;
    else if (one.starts_with("application/vnd.google.protobuf") && is_delimited)
      form = Exposition::protobuf;
    else if (!one.starts_with("text/plain"))
      continue;
    const std::size_t at = one.find("q=");
    const double q = at == std::string_view::npos ? 1 : std::atof(std::string(one.substr(at + 2)).c_str());
    if (q <= best_q) continue;
    best = form;
    best_q = q;
  }
  return best;
}

std::string open_metrics(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 1024);
  for (const Family& family : families_of(text)) {
    std::string_view name = family.name;
    if (family.type == "counter" && name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
    out.append("# TYPE ").append(name).append(" ").append(family.type);
    out.append("\n# HELP ").append(name).append(" ").append(family.help).append("\n");
    for (const std::string_view sample : family.samples) out.append(with_float_bounds(sample)).append("\n");
  }
  return out.append("# EOF\n");
}

std::vector<NativeSeries> native_series(const Metrics& metrics, const Histogram& request_duration) {
  std::vector<NativeSeries> series = {{"batch_utilization", "", &metrics.batch_utilization},
                                      {"batch_size", "", &metrics.batch_size},
                                      {"request_duration_seconds", "", &request_duration}};
  for (std::size_t i = 0; i < kReasons; ++i)
    series.push_back({"flush_duration_seconds", name_of(static_cast<Reason>(i)), &metrics.flush_duration[i]});
  return series;
}

std::string protobuf(std::string_view text, std::span<const NativeSeries> series) {
  std::string out;
  for (const Family& family : families_of(text)) {
    const bool is_counter = family.type == "counter", is_histogram = family.type == "histogram";
    std::string message;
    append_bytes(message, 1, family.name);
    append_bytes(message, 2, family.help);
    append_uint(message, 3, is_counter ? 0 : is_histogram ? 4 : 1);
    if (is_histogram) append_histograms(message, family.name, series);
    for (const std::string_view sample : family.samples) {
      if (is_histogram) break;
      std::string value, metric = labels_of(sample);
      append_double(value, 1, std::atof(std::string(sample.substr(sample.rfind(' ') + 1)).c_str()));
      append_bytes(metric, is_counter ? 3 : 2, value);
      append_bytes(message, 4, metric);
    }
    append_varint(out, message.size());
    out += message;
  }
  return out;
}

}  // namespace metabatch::service
