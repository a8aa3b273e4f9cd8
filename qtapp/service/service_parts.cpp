// SPDX-License-Identifier: Apache-2.0
#include "service/service_parts.hpp"

#include <algorithm>

#include "health/text.hpp"
#include "service/metrics/exposition.hpp"
#include "service/metrics/process_metrics.hpp"

namespace metabatch::service {

/// The first line says why a service is not ready, or "ready". The lines behind it are the
/// findings, worst first.
Readiness Service::Impl::readiness() const {
  const health::Assessment assessment = health_monitor->assessment();
  std::string findings;
  for (const health::Finding& one : assessment.findings)
    findings.append(name_of(severity_of(one.code))).append(": ").append(health::describe(one)).append("\n");
  std::replace_if(
      findings.begin(), findings.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; }, ' ');
  if (is_draining) return {false, "draining\n" + findings};
  if (!directory.is_loaded()) return {false, "agents not read yet\n" + findings};
  if (assessment.is_blocked()) return {false, "stalled, and the buffer is full\n" + findings};
  return {true, "ready\n" + findings};
}

health::Sample Service::Impl::health_sample() const {
  const engine::Snapshot now = snapshot();
  health::Sample sample;
  sample.at = engine::system_clock().now();
  sample.config = now.config;
  sample.writers = static_cast<std::int64_t>(options.writers);
  sample.counters = now.counters;
  sample.flushes = now.metrics.flushes;
  sample.reports = intake->reports();
  sample.now.buffered_entries = now.buffered_entries;
  sample.now.buffered_bytes = now.buffered_bytes;
  sample.now.oldest_age = now.oldest_age;
  sample.now.is_closing = is_draining;
  const bool is_postgres = options.database.postgres() != nullptr;
  if (is_postgres || options.pubsub.uses_nats()) sample.now.is_listening = change_listener->is_connected();
  if (is_postgres) sample.now.notify_queue_usage = queue_usage.load();
  if (options.unwritten_store != nullptr) sample.now.spool_entries = options.unwritten_store->counts().waiting;
  for (auto flush = now.recent.rbegin(); flush != now.recent.rend() && flush->failure != FailureClass::none; ++flush) {
    if (sample.now.failures_in_a_row++ > 0) continue;
    sample.now.failure = flush->failure;
    sample.now.failure_detail = flush->message;
  }
  return sample;
}

void Service::Impl::write_clients(PrometheusText& more) const {
  using enum MetricType;
  const ServerCounts counts = is_serving ? server->counts() : ServerCounts{};
  more.single("metadata_reports_total", counter, "Total number of reports accepted from agents.", intake->reports());
  more.single("metadata_unauthorized_total", counter, "Total number of requests without a valid token.",
              api->unauthorized());
  more.single("metadata_token_lookups_total", counter, "Total number of statements that looked up unknown tokens.",
              refresher ? refresher->lookups() : 0);
  more.single("metadata_refused_items_total", counter, "Total number of items refused for their key.",
              intake->refused_items());
  more.single("metadata_sanitized_total", counter, "Total number of texts in which bytes were replaced.",
              intake->sanitized());
  more.single("metadata_missing_rows", gauge, "Keys that are known to have no row and are not buffered.",
              static_cast<std::uint64_t>(missing_rows.size()));
  more.single("metadata_agents", gauge, "Agents that may report.", static_cast<std::uint64_t>(directory.size()));
  more.single("metadata_connections", gauge, "Open connections.", counts.connections);
  more.single("metadata_connections_refused_total", counter, "Total number of connections over the limit.",
              counts.refused);
  more.single("metadata_connections_refused_by_address_total", counter,
              "Total number of connections over the limit of their address.", counts.refused_by_address);
  more.single("metadata_accept_failures_total", counter, "Total number of connections that could not be accepted.",
              counts.accept_failures);
  request_metrics.write(more);
}

void Service::Impl::write_watching(PrometheusText& more) const {
  using enum MetricType;
  more.single("metadata_watchers", gauge, "Open watch streams.", is_serving ? server->counts().watchers : 0);
  more.single("metadata_streams_refused_total", counter,
              "Total number of watch streams refused because the agent had all that it may have.",
              open_watches.refused());
  more.single("metadata_streams_revoked_total", counter,
              "Total number of watch streams ended because their token was revoked.", open_watches.revoked());
  more.single("metadata_malformed_notifications_total", counter,
              "Total number of notifications with bytes that are no ids.", malformed);
  more.single("metadata_notify_queue_usage", gauge, "Used share of PostgreSQL's notification queue.", queue_usage);
  more.single("metadata_notify_oldest_transaction_seconds", gauge,
              "Age of the oldest open transaction; one of a listening session fills the notification queue.",
              oldest_transaction);
}

void Service::Impl::write_rpc(PrometheusText& more) const {
  using enum MetricType;
  more.single("metadata_rpc_connections", gauge, "Open RPC connections of agents.",
              is_serving ? server->counts().rpcs : 0);
  rpc_metrics.write(more);
  more.single("metadata_rpc_connections_refused_total", counter,
              "Total number of RPC connections refused because the agent had all that it may have.",
              open_rpcs.refused());
  more.single("metadata_rpc_connections_revoked_total", counter,
              "Total number of RPC connections ended because their token was revoked.", open_rpcs.revoked());
}

void Service::Impl::write_clocks(PrometheusText& more, const engine::Snapshot& now) const {
  using enum MetricType;
  more.single(
      "metadata_clock_ahead_seconds", gauge,
      "How far the clock of this host is ahead of the database's; negative: behind. Read every 10 s; 0 for a file.",
      clock_ahead);
  more.single("metadata_rows_ahead_total", counter,
              "Total number of entries refused by rows that are dated over a minute ahead of the database's clock.",
              now.metrics.flushes.rows_ahead);
  more.single("metadata_rows_ahead_seconds", gauge,
              "How far ahead the rows were dated in the last flush that found such rows.",
              std::chrono::duration<double>(now.ahead_by).count());
}

void Service::Impl::write_nats(PrometheusText& more) const {
  using enum MetricType;
  if (!publisher) return;
  more.single("metadata_nats_connected", gauge, "1 while the publisher is connected to NATS, else 0.",
              std::uint64_t{publisher->is_connected()});
  more.family("metadata_nats_acknowledgement_seconds", histogram,
              "Time from handing messages over until the NATS server acknowledged them.");
  more.histogram(publisher->acknowledgements());
  more.single("metadata_nats_unacknowledged_total", counter,
              "Total number of messages that the NATS server did not acknowledge in time.",
              publisher->unacknowledged());
}

void Service::Impl::write_state(PrometheusText& more) const {
  using enum MetricType;
  const UnwrittenCounts unwritten =
      options.unwritten_store != nullptr ? options.unwritten_store->counts() : UnwrittenCounts{};
  more.single("metadata_spool_waiting", gauge, "Updates in the spool file that are not known to be written.",
              unwritten.waiting);
  more.single("metadata_spool_taken_in_total", counter, "Total number of updates read from the spool file.",
              unwritten.loaded);
  more.single("metadata_spool_bad_lines_total", counter, "Total number of damaged lines in the spool file.",
              unwritten.bad_lines);
  more.single("metadata_last_flush_timestamp_seconds", gauge,
              "Time of the last successful flush in seconds since unix epoch; 0: there was none.", last_flush);
  more.single("metadata_last_reload_timestamp_seconds", gauge,
              "Time of the last reload in seconds since unix epoch; at first the start.", last_reload);
  more.single("metadata_last_reload_successful", gauge, "Whether the last reload changed what it was asked to.",
              std::uint64_t{is_reload_well ? 1U : 0U});
  more.family("metadata_tls_certificate_expiry_timestamp_seconds", gauge,
              "Time when the TLS certificate expires in seconds since unix epoch.");
  if (const auto expiry = is_serving ? server->certificate_expiry() : std::nullopt)
    more.sample(std::chrono::duration<double>(expiry->time_since_epoch()).count());
}

MetricsPage Service::Impl::metrics(std::string_view accept) const {
  const engine::Snapshot now = snapshot();
  const Gauges gauges{.buffered_entries = now.buffered_entries,
                      .oldest_entry_age = now.oldest_age.value_or(Duration::zero()),
                      .listener_connected = change_listener->is_connected(),
                      .listener_reconnects = change_listener->reconnects(),
                      .resyncs = change_listener->resyncs(),
                      .version = options.version};
  PrometheusText more(options.metric_prefix), process("");
  write_clients(more);
  write_watching(more);
  write_rpc(more);
  write_clocks(more, now);
  write_nats(more);
  write_state(more);
  write_process_metrics(process, started_at);
  std::string text = render_metrics(now.counters, now.metrics, now.config, gauges, options.metric_prefix) +
                     more.text() + process.text();
  const Exposition form = exposition_of(accept);
  if (form == Exposition::open_metrics) text = open_metrics(text);
  if (form == Exposition::protobuf) {
    const Histogram duration = request_metrics.duration();
    text = protobuf(text, native_series(now.metrics, duration));
  }
  return {std::move(text), content_type_of(form)};
}

}  // namespace metabatch::service
