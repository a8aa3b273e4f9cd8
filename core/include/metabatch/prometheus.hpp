// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

inline constexpr std::string_view kDefaultMetricPrefix = "coderd_agentapi_";

/// A label of a sample; the value may be any valid UTF-8. Never an agent id or a key.
struct Label {
  std::string_view name;
  std::string_view value;
};

enum class MetricType : std::uint8_t { counter, gauge, histogram };

/// Writes the Prometheus text format, one family after the other.
///
/// @shape  family (HELP and TYPE), then its samples, then the next family; lines end in LF
/// @owns   the text
/// @source Prometheus exposition formats, text format 0.0.4
class PrometheusText {
 public:
  /// @shape prefix: of every name; see is_metric_prefix()
  explicit PrometheusText(std::string_view prefix) : prefix_(prefix) {}

  /// Begins a family. `help` is one sentence.
  void family(std::string_view name, MetricType type, std::string_view help);
  void sample(std::uint64_t value, std::span<const Label> labels = {});
  void sample(double value, std::span<const Label> labels = {});
  /// The classic form: cumulative _bucket lines, the last one le="+Inf", then _sum and _count.
  void histogram(const Histogram& histogram, std::span<const Label> labels = {});
  /// A family of one sample without labels.
  void single(std::string_view name, MetricType type, std::string_view help, std::uint64_t value);
  void single(std::string_view name, MetricType type, std::string_view help, double value);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void begin_line(std::string_view suffix, std::span<const Label> labels, std::string_view le = {});

  std::string prefix_;
  std::string name_;  // of the family, prefix included
  std::string text_;
};

/// True when names with this prefix are valid: empty, or `[A-Za-z_:][A-Za-z0-9_:]*`.
bool is_metric_prefix(std::string_view prefix);

/// What the metrics tell beside counters and histograms: the state of the moment, and of the
/// listener.
struct Gauges {
  std::uint64_t buffered_entries = 0;  ///< distinct keys held, in flight included (Batcher::buffered_entries)
  Duration oldest_entry_age{};         ///< of the longest-waiting entry; 0 when none waits
  bool listener_connected = false;
  std::uint64_t listener_reconnects = 0;
  std::uint64_t resyncs = 0;  ///< times subscribers were told to read again
  std::string_view version;   ///< label of the build info
};

/// All metrics of the specification, "Metrics", in its order, as a page to scrape. Every label
/// value of a known set is there from the start, at 0. queue_depth is what takes room: updates
/// queued with `fifo`, distinct keys held with `coalesce`.
///
/// @shape config: as running, defaults filled in; prefix: see is_metric_prefix()
/// @cost  one pass, about 10 KB of text, some 50 microseconds
std::string render_metrics(const Counters& counters, const Metrics& metrics, const Config& config, const Gauges& gauges,
                           std::string_view prefix = kDefaultMetricPrefix);

}  // namespace metabatch
