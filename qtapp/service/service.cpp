// SPDX-License-Identifier: Apache-2.0
#include "service/service.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "service/agents/token_refresher.hpp"
#include "service/http/access_log.hpp"
#include "service/metrics/exposition.hpp"
#include "service/watch/change_listener.hpp"
#include "service/watch/watch_hub.hpp"

namespace metabatch::service {
namespace {

constexpr double kQueueFills = 0.5;                          // where PostgreSQL begins to warn
constexpr Duration kFirstReading = std::chrono::seconds(3);  // of agents, before anybody is answered
constexpr Duration kDrainLimit = std::chrono::seconds(3);    // for requests that have come; flushing has its own

/// The paths of Api, and streams fed by the hub.
class ServiceApi final : public Api {
 public:
  ServiceApi(ApiOptions options, WatchHub& hub) : Api(std::move(options)), hub_(hub) {}
  void read(ReadRequest request, std::function<void(HttpResponse)> done) override {
    hub_.read(std::move(request), std::move(done));
  }
  WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) override {
    return hub_.add(request.agent, std::move(watcher));
  }
  void unwatch(WatchId watch) override { hub_.remove(watch); }

 private:
  WatchHub& hub_;
};

/// Says of flushes what somebody has to hear.
class FlushLog {
 public:
  explicit FlushLog(Log& log) : log_(log) {}
  void tell(const engine::FlushRecord& flush) {
    if (flush.failure != FailureClass::none) {
      failing_.insert(flush.lane);
      log_.limited(Log::Level::error, "flush failed",
                   {{"class", std::string(name_of(flush.failure))},
                    {"entries", std::to_string(flush.entries)},
                    {"sqlstate", flush.sqlstate},
                    {"reason", flush.message}});
      return;
    }
    if (failing_.erase(flush.lane) > 0 && failing_.empty()) log_.limited(Log::Level::info, "flushes succeed again");
    if (flush.fates.quarantined > 0)
      log_.limited(Log::Level::warning, "entries quarantined",
                   {{"entries", std::to_string(flush.fates.quarantined)}, {"reason", flush.message}});
    if (flush.publish_errors > 0)
      log_.limited(Log::Level::warning, "notifications not published, watchers read everything anew",
                   {{"chunks", std::to_string(flush.publish_errors)}});
  }

 private:
  Log& log_;
  std::set<std::size_t> failing_;
};

}  // namespace

struct Service::Impl {
  Impl(const ServiceOptions& an_options, Log& a_log) : options(an_options), log(a_log), flush_log(a_log) {}

  std::string start_lanes();
  void start_reading();
  std::string start_server(const Service& whole);
  void flushed(const engine::FlushRecord& flush) {
    flush_log.tell(flush);
    if (flush.publish_errors > 0 && hub) hub->resync();
  }

  void on_queue(const sql::NotificationQueue& queue);
  void write_clients(PrometheusText& more) const;
  void write_surroundings(PrometheusText& more) const;

  const ServiceOptions options;
  Log& log;
  FlushLog flush_log;
  engine::Notifier notifier;
  std::vector<std::unique_ptr<engine::Store>> stores;
  std::unique_ptr<engine::Lanes> lanes;
  AgentDirectory directory;
  WatchTokens watch_tokens;
  std::unique_ptr<TokenRefresher> refresher;
  std::unique_ptr<ChangeListener> change_listener;
  std::unique_ptr<WatchHub> hub;
  std::unique_ptr<ServiceApi> api;
  std::unique_ptr<AccessLog> access;  // or none
  std::unique_ptr<Server> server;
  std::atomic<bool> is_serving = false;  // `server` is there to be read
  bool is_saved = false;
  const double started_at = std::chrono::duration<double>(engine::system_clock().wall_now().time_since_epoch()).count();
  std::atomic<double> queue_usage = 0;         // 0 to 1
  std::atomic<double> oldest_transaction = 0;  // seconds
};

std::string Service::Impl::start_lanes() {
  const Result<Config> config = validated(options.config);
  if (!config) return describe(config.error(), options.config);
  std::vector<engine::Store*> ports;
  const sql::StoreOptions store_options{.config = *config, .notifier = &notifier, .on_alarm = [this](const std::string& text) {
                                  log.limited(Log::Level::error, "alarm", {{"text", text}});
                                }};
  for (std::size_t i = 0; i < options.writers; ++i) {
    stores.push_back(options.database.make_store(store_options));
    ports.push_back(stores.back().get());
  }
  engine::EngineOptions engine_options;
  engine_options.on_flush = [this](const engine::FlushRecord& flush) { flushed(flush); };
  engine_options.on_drop = [this](std::uint64_t dropped) {
    log.limited(Log::Level::warning, "no room, updates dropped", {{"updates", std::to_string(dropped)}});
  };
  auto made = engine::Lanes::create(*config, ports, std::move(engine_options));
  if (!made) return engine::describe(made.error(), options.config, options.writers);
  lanes = std::move(made).value();
  return {};
}

void Service::Impl::start_reading() {
  refresher = std::make_unique<TokenRefresher>(
      directory,
      RefresherOptions{
          .open = [this] { return sql::AgentCredentials::of(options.database); },
          .every = options.token_refresh,
          .on_failure =
              [this](const std::string& why) {
                log.limited(Log::Level::warning, "agents cannot be read, those known stay", {{"reason", why}});
              },
          .on_queue = [this](const sql::NotificationQueue& queue) { on_queue(queue); }});
  change_listener = std::make_unique<ChangeListener>(options.database, lanes->snapshot().config.channel, notifier, log);
  HubOptions hub_options;
  hub_options.open = [this] { return sql::AgentRows::of(options.database); };
  hub_options.ring = change_listener->ring();
  hub_options.full_read = options.full_read;
  hub_options.is_listening = [this] { return change_listener->is_connected(); };
  hub_options.on_failure = [this](const std::string& why) {
    log.limited(Log::Level::warning, "rows cannot be read, watchers wait", {{"reason", why}});
  };
  hub = std::make_unique<WatchHub>(std::move(hub_options));
}

void Service::Impl::on_queue(const sql::NotificationQueue& queue) {
  queue_usage = queue.usage;
  oldest_transaction = std::chrono::duration<double>(queue.oldest).count();
  if (queue.usage < kQueueFills) return;
  log.limited(Log::Level::warning, "notification queue fills",
              {{"percent", std::to_string(static_cast<int>(queue.usage * 100))},
               {"oldest_transaction_pid", queue.pid ? std::to_string(*queue.pid) : "not shown"},
               {"open_for", format_duration(queue.oldest)}});
}

std::string Service::Impl::start_server(const Service& whole) {
  ServerOptions server_options = options.server;
  if (server_options.threads == 0)
    server_options.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
  ApiOptions api_options;
  api_options.lanes = lanes.get();
  api_options.directory = &directory;
  api_options.watch_tokens = &watch_tokens;
  api_options.on_unknown = [this] {
    refresher->request();
    log.limited(Log::Level::warning, "token or agent not known");
  };
  api_options.threads = server_options.threads;
  api_options.metrics = [&whole](std::string_view accept) { return whole.metrics(accept); };
  api = std::make_unique<ServiceApi>(std::move(api_options), *hub);
  refresher->wait_for_first(
      kFirstReading);  // or the first to come back after a restart are told that nobody knows them
  if (options.access_log > 0) access = std::make_unique<AccessLog>(*api, log, options.access_log);
  Handler& handler = access ? static_cast<Handler&>(*access) : *api;
  auto started = Server::start(server_options, handler);
  if (std::string* const failed = std::get_if<std::string>(&started)) return std::move(*failed);
  server = std::get<std::unique_ptr<Server>>(std::move(started));
  is_serving = true;
  return {};
}

std::variant<std::unique_ptr<Service>, std::string> Service::start(const ServiceOptions& options, Log& log) {
  auto impl = std::make_unique<Impl>(options, log);
  if (!options.watch_token_file.empty())
    if (std::string wrong = impl->watch_tokens.read(options.watch_token_file); !wrong.empty()) return wrong;
  if (std::string wrong = impl->start_lanes(); !wrong.empty()) return wrong;
  if (options.unwritten_store != nullptr)
    if (std::string wrong = options.unwritten_store->load(*impl->lanes); !wrong.empty()) return wrong;
  impl->start_reading();
  auto service = std::unique_ptr<Service>(new Service(std::move(impl)));  // from here on it ends in order
  if (std::string wrong = service->impl_->start_server(*service); !wrong.empty()) return wrong;
  return service;
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() { stop(); }

std::uint16_t Service::port() const { return impl_->server->port(); }
engine::Snapshot Service::snapshot() const { return impl_->lanes->snapshot(); }
void Service::refresh_tokens() { impl_->refresher->refresh(); }

/// What can be refused comes first; the settings are the last of it, and themselves changed as a whole or not at all.
std::string Service::change(const ServiceChange& wanted) {
  WatchTokens tokens;
  if (!wanted.watch_token_file.empty())
    if (std::string wrong = tokens.read(wanted.watch_token_file); !wrong.empty()) return wrong;
  auto certificate = impl_->server->read_certificate();
  if (std::string* const wrong = std::get_if<std::string>(&certificate)) return std::move(*wrong);
  if (const auto changed = impl_->lanes->reconfigure(wanted.config); !changed)
    return engine::describe(changed.error(), wanted.config, impl_->options.writers);
  impl_->server->use(std::get<0>(std::move(certificate)));
  impl_->watch_tokens.take(tokens);
  impl_->refresher->set_every(wanted.token_refresh);
  return {};
}

ServiceEnd Service::stop() {
  if (impl_->api) impl_->api->begin_drain();
  if (impl_->server) impl_->server->drain(kDrainLimit);
  if (impl_->access) impl_->access->log_suppressed();
  impl_->lanes->close();
  if (impl_->options.unwritten_store != nullptr && !std::exchange(impl_->is_saved, true))
    impl_->options.unwritten_store->save(*impl_->lanes);
  impl_->hub->stop();
  ServiceEnd end{.snapshot = impl_->lanes->snapshot()};
  if (impl_->api) {
    end.refused_items = impl_->api->refused_items();
    end.sanitized = impl_->api->sanitized();
  }
  return end;
}

void Service::Impl::write_clients(PrometheusText& more) const {
  using enum MetricType;
  const ServerCounts counts = is_serving ? server->counts() : ServerCounts{};
  more.single("metadata_reports_total", counter, "Total number of reports taken from agents.", api->reports());
  more.single("metadata_unauthorized_total", counter, "Total number of requests without a valid token.",
              api->unauthorized());
  more.single("metadata_refused_items_total", counter, "Total number of items whose key does not fit the column.",
              api->refused_items());
  more.single("metadata_sanitized_total", counter, "Total number of texts in which something was replaced.",
              api->sanitized());
  more.single("metadata_agents", gauge, "Agents that may report.", static_cast<std::uint64_t>(directory.size()));
  more.single("metadata_watchers", gauge, "Watch streams open.", counts.watchers);
  more.single("metadata_connections", gauge, "Connections open.", counts.connections);
  more.single("metadata_connections_refused_total", counter, "Total number of connections over the limit.",
              counts.refused);
}

void Service::Impl::write_surroundings(PrometheusText& more) const {
  using enum MetricType;
  const UnwrittenCounts kept = options.unwritten_store != nullptr ? options.unwritten_store->counts() : UnwrittenCounts{};
  more.single("metadata_spool_waiting", gauge, "Updates in the spool file that are not known to be written.",
              kept.waiting);
  more.single("metadata_spool_taken_in_total", counter, "Total number of updates taken in from the spool file.",
              kept.loaded);
  more.single("metadata_spool_bad_lines_total", counter, "Total number of lines of the spool file that were damaged.",
              kept.bad_lines);
  more.single("metadata_notify_queue_usage", gauge, "Share of the notification queue of PostgreSQL that is taken.",
              queue_usage);
  more.single("metadata_notify_oldest_transaction_seconds", gauge,
              "How long the oldest transaction has been open; one of a session that listens fills the queue.",
              oldest_transaction);
}

MetricsPage Service::metrics(std::string_view accept) const {
  const Impl& impl = *impl_;
  const engine::Snapshot snapshot = impl.lanes->snapshot();
  const Gauges gauges{.buffered_entries = snapshot.buffered_entries,
                      .oldest_entry_age = snapshot.oldest_age.value_or(Duration::zero()),
                      .listener_connected = impl.change_listener->is_connected(),
                      .listener_reconnects = impl.change_listener->reconnects(),
                      .resyncs = impl.change_listener->resyncs(),
                      .version = impl.options.version};
  PrometheusText more(impl.options.metric_prefix);
  impl.write_clients(more);
  impl.write_surroundings(more);
  PrometheusText process("");
  process.single("process_start_time_seconds", MetricType::gauge, "When the service began, in seconds since 1970.",
                 impl.started_at);
  std::string text =
      render_metrics(snapshot.counters, snapshot.metrics, snapshot.config, gauges, impl.options.metric_prefix) +
      more.text() + process.text();
  const Exposition form = exposition_of(accept);
  if (form == Exposition::open_metrics) text = open_metrics(text);
  if (form == Exposition::protobuf) text = protobuf(text, snapshot.metrics);
  return {std::move(text), content_type_of(form)};
}

}  // namespace metabatch::service
