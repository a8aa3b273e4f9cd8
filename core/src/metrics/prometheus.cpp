// SPDX-License-Identifier: Apache-2.0
#include "metabatch/prometheus.hpp"

#include "base/number.hpp"

namespace metabatch {
namespace {

using enum MetricType;

std::string_view name_of(MetricType type) {
  return type == counter ? "counter" : type == gauge ? "gauge" : "histogram";
}

void append_escaped(std::string& out, std::string_view text, bool quotes_too) {
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\' || (c == '"' && quotes_too))
      (out += '\\') += c;
    else
      out += c;
  }
}

void append_label(std::string& out, char before, std::string_view name, std::string_view value) {
  (out += before).append(name).append("=\"");
  append_escaped(out, value, true);
  out += '"';
}

void write_histograms(PrometheusText& out, const Metrics& metrics) {
  out.family("metadata_batch_utilization", histogram,
             "Number of metadata keys per agent in each batch, updated before flushes.");
  out.histogram(metrics.batch_utilization);
  out.family("metadata_batch_size", histogram,
             "Total number of metadata entries in each batch, updated after flushes.");
  out.histogram(metrics.batch_size);
  out.family("metadata_flush_duration_seconds", histogram,
             "Time taken to write a batch to the database and publish its agents.");
  for (std::size_t i = 0; i < kReasons; ++i) {
    const Label reason{"reason", metabatch::name_of(static_cast<Reason>(i))};
    out.histogram(metrics.flush_duration[i], {&reason, 1});
  }
}

void write_flushes(PrometheusText& out, const FlushCounters& flushes, const Counters& counters) {
  out.family("metadata_batches_total", counter, "Total number of batches flushed.");
  for (std::size_t i = 0; i < kReasons; ++i) {
    const Label reason{"reason", metabatch::name_of(static_cast<Reason>(i))};
    out.sample(flushes.flushes[i], {&reason, 1});
  }
  out.single("metadata_flushed_total", counter, "Total number of unique metadata entries flushed.",
             flushes.flushed_entries);
  out.single("metadata_dropped_keys_total", counter, "Total number of metadata updates dropped for want of room.",
             counters.dropped_full + counters.dropped_agent_full);
  out.single("metadata_publish_errors_total", counter,
             "Total number of notification chunks that could not be published.", flushes.publish_errors);
}

void write_fates(PrometheusText& out, const Counters& counters) {
  out.single("metadata_coalesced_total", counter,
             "Total number of updates replaced by another update of their key before they were written.",
             counters.coalesced);
  out.single("metadata_stale_total", counter, "Total number of updates not taken because a newer one was held.",
             counters.stale);
  out.single("metadata_unchanged_total", counter,
             "Total number of entries not written because their row had the same value.", counters.unchanged);
  out.single("metadata_rows_unmatched_total", counter, "Total number of entries for which the database has no row.",
             counters.unmatched);
  out.single("metadata_rows_stale_total", counter, "Total number of entries not written because the row was newer.",
             counters.rows_stale);
}

void write_failures(PrometheusText& out, const FlushCounters& flushes, const Counters& counters) {
  out.family("metadata_flush_failures_total", counter, "Total number of failed flushes by class of failure.");
  for (std::size_t i = 1; i < kFailureClasses; ++i) {
    const Label failure{"class", metabatch::name_of(static_cast<FailureClass>(i))};
    out.sample(flushes.failures[i], {&failure, 1});
  }
  out.single("metadata_flush_retries_total", counter, "Total number of attempts repeated within a flush.",
             flushes.retries);
  out.single("metadata_quarantined_total", counter, "Total number of entries that the database refuses, quarantined.",
             counters.quarantined);
  out.family("metadata_dropped_total", counter, "Total number of updates dropped by reason.");
  const Label full{"reason", "full"};
  const Label agent_full{"reason", "agent_full"};
  const Label closed{"reason", "closed"};
  out.sample(counters.dropped_full, {&full, 1});
  out.sample(counters.dropped_agent_full, {&agent_full, 1});
  out.sample(counters.dropped_closed, {&closed, 1});
}

void write_state(PrometheusText& out, const Counters& counters, const Config& config, const Gauges& gauges) {
  const std::uint64_t depth = config.queue == QueuePolicy::fifo ? counters.queued : gauges.buffered_entries;
  out.single("metadata_queue_depth", gauge, "Capacity in use: updates queued (fifo) or keys buffered (coalesce).",
             depth);
  out.single("metadata_queue_capacity", gauge, "The capacity, in the unit of the queue depth.",
             static_cast<std::uint64_t>(config.queue_capacity));
  out.single("metadata_pending_entries", gauge, "Entries waiting to be written.", counters.pending);
  out.single("metadata_oldest_entry_age_seconds", gauge, "Age of the entry that has waited longest.",
             static_cast<double>(gauges.oldest_entry_age.count()) / 1e9);
}

void write_notifications(PrometheusText& out, const FlushCounters& flushes, const Gauges& gauges) {
  out.single("metadata_notify_chunks_total", counter, "Total number of notification chunks published.", flushes.chunks);
  out.single("metadata_notify_bytes_total", counter, "Total payload bytes of the chunks published.",
             flushes.notify_bytes);
  out.single("metadata_listener_connected", gauge, "1 while the listener has its connection, else 0.",
             std::uint64_t{gauges.listener_connected});
  out.single("metadata_listener_reconnects_total", counter, "Total number of times the listener connected again.",
             gauges.listener_reconnects);
  out.single("metadata_resyncs_total", counter, "Total number of times subscribers were told to read again.",
             gauges.resyncs);
  out.family("metabatch_build_info", gauge, "Always 1; the label says which metabatch this is.");
  const Label version{"version", gauges.version};
  out.sample(std::uint64_t{1}, {&version, 1});
}

}  // namespace

void PrometheusText::family(std::string_view name, MetricType type, std::string_view help) {
  name_.assign(prefix_).append(name);
  text_.append("# HELP ").append(name_).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name_).append(" ").append(name_of(type)).append("\n");
}

void PrometheusText::begin_line(std::string_view suffix, std::span<const Label> labels, std::string_view le) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const Label& label : labels) {
    append_label(text_, before, label.name, label.value);
    before = ',';
  }
  if (!le.empty()) {
    append_label(text_, before, "le", le);
    before = ',';
  }
  text_ += before == ',' ? "} " : " ";
}

void PrometheusText::sample(std::uint64_t value, std::span<const Label> labels) {
  begin_line("", labels);
  append_number(text_, value);
  text_ += '\n';
}

void PrometheusText::sample(double value, std::span<const Label> labels) {
  begin_line("", labels);
  append_number(text_, value);
  text_ += '\n';
}

void PrometheusText::histogram(const Histogram& histogram, std::span<const Label> labels) {
  std::uint64_t cumulative = 0;
  std::string le;
  for (std::size_t i = 0; i < histogram.buckets().size(); ++i) {
    cumulative += histogram.buckets()[i];
    le.clear();
    if (i < histogram.bounds().size())
      append_number(le, histogram.bounds()[i]);
    else
      le = "+Inf";
    begin_line("_bucket", labels, le);
    append_number(text_, cumulative);
    text_ += '\n';
  }
  begin_line("_sum", labels);
  append_number(text_, histogram.sum());
  text_ += '\n';
  begin_line("_count", labels);
  append_number(text_, histogram.count());
  text_ += '\n';
}

void PrometheusText::single(std::string_view name, MetricType type, std::string_view help, std::uint64_t value) {
  family(name, type, help);
  sample(value);
}

void PrometheusText::single(std::string_view name, MetricType type, std::string_view help, double value) {
  family(name, type, help);
  sample(value);
}

bool is_metric_prefix(std::string_view prefix) {
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = prefix[i];
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == ':';
    if (!letter && (i == 0 || c < '0' || c > '9')) return false;
  }
  return true;
}

std::string render_metrics(const Counters& counters, const Metrics& metrics, const Config& config, const Gauges& gauges,
                           std::string_view prefix) {
  PrometheusText out(prefix);
  write_histograms(out, metrics);
  write_flushes(out, metrics.flushes, counters);
  write_fates(out, counters);
  write_failures(out, metrics.flushes, counters);
  write_state(out, counters, config, gauges);
  write_notifications(out, metrics.flushes, gauges);
  return out.text();
}

}  // namespace metabatch
