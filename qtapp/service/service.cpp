// SPDX-License-Identifier: Apache-2.0
#include "service/service.hpp"

#include <algorithm>
#include <utility>

#include "service/service_parts.hpp"

namespace metabatch::service {
namespace {

constexpr double kQueueFills = 0.5;                          // where PostgreSQL begins to warn
constexpr Duration kClocksDiffer = std::chrono::seconds(5);  // as the alert MetabatchClocksDiffer
constexpr Duration kFirstReading = std::chrono::seconds(3);  // of agents, before any request is answered
constexpr Duration kDrainLimit = std::chrono::seconds(3);    // for requests that have come; flushing has its own
constexpr Duration kMetricsDrain = std::chrono::milliseconds(500);
constexpr const char* kPooled =
    "suppress_unchanged: a pooler is between metabatch and PostgreSQL, so writes of other processes cannot be told "
    "from "
    "ours; connect directly, or leave it off";

std::string read_if_given(FileTokens& tokens, const std::string& file) {
  return file.empty() ? std::string() : tokens.read(file);
}

}  // namespace

std::string Service::Impl::lock_file() {
  const std::string* const path = options.database.sqlite_file();
  if (path == nullptr) return {};
  auto taken = FileLock::take(*path, "uses this database; one file serves one process");
  if (std::string* const wrong = std::get_if<std::string>(&taken)) return std::move(*wrong);
  file_lock = std::get<0>(std::move(taken));
  return sql::SqliteClaim::take(options.database, options.config, file_claim);
}

std::string Service::Impl::start_lanes() {
  const ValidConfig& config = options.config;
  if (std::string wrong = check_suppression(config); !wrong.empty()) return wrong;
  std::vector<engine::Store*> ports;
  publisher = make_publisher(config->channel);
  const sql::StoreOptions store_options{
      .config = config,
      .notifier = &notifier,
      .on_alarm =
          [this](const std::string& text) {
            missing_rows.clear();  // perhaps the table was emptied
            log.limited(Log::Level::error, "alarm", {{"text", text}});
          },
      .on_notice =
          [this](const std::string& text, bool is_debug) {
            if (!is_debug) log.limited(Log::Level::warning, "notice of the database", {{"text", text}});
          },
      .sessions = sessions};
  for (std::size_t i = 0; i < options.writers; ++i) {
    stores.push_back(pubsub::with_publisher(options.database.make_store(store_options), publisher.get(), options.pubsub,
                                            static_cast<std::size_t>(config->max_payload_bytes), &notifier));
    checking_stores.push_back(std::make_unique<RowCheckingStore>(*stores.back(), missing_rows));
    ports.push_back(checking_stores.back().get());
  }
  engine::EngineOptions engine_options;
  engine_options.on_flush = [this](const engine::FlushRecord& flush) { on_flush(flush); };
  auto made = engine::Lanes::create(config, ports, std::move(engine_options));
  if (!made) return engine::describe(made.error(), config, options.writers);
  lanes = std::move(made).value();
  hear_others();
  intake = std::make_unique<ReportIntake>(*lanes, missing_rows);
  intake->set_agent_capacity(config->agent_capacity);
  return {};
}

/// What was lost on the way makes the watchers of this process read again. It may be reported late,
/// so it holds the ring itself.
std::unique_ptr<pubsub::NatsPublisher> Service::Impl::make_publisher(const std::string& channel) {
  const auto on_lost = [ring = ring, &to = log](std::size_t chunks, const std::string& reason) {
    ring->push_resync();
    to.limited(Log::Level::warning, "notifications lost on the way to NATS, watchers read everything again",
               {{"chunks", std::to_string(chunks)}, {"reason", reason}});
  };
  return pubsub::make_publisher(options.pubsub, channel, on_lost);
}

void Service::Impl::on_flush(const engine::FlushRecord& flush) {
  flush_log.record(flush);
  if (flush.failure == FailureClass::none) last_flush = wall_seconds();
  if (flush.publish_errors > 0) ring->push_resync();
  if (sessions->is_pooled() && must_know_own_sessions()) stop_suppressing();
  // What others have written meanwhile is not known. The engine has remembered the values of this
  // flush before it called this function, so they are forgotten too.
  if (publisher && options.database.postgres() != nullptr && !publisher->hears_others()) lanes->forget_written();
}

/// Whether the writes of other processes are told apart by the server's process ids. A file belongs
/// to this process, which holds its lock; over NATS they arrive on a connection that receives
/// nothing of its own.
bool Service::Impl::must_know_own_sessions() const {
  return options.database.postgres() != nullptr && options.pubsub.address.uses_database;
}

/// What other processes publish over NATS. While that cannot be heard, on_flush() forgets.
void Service::Impl::hear_others() {
  if (!publisher || options.database.postgres() == nullptr) return;
  if (lanes->snapshot().config.suppress_unchanged == Duration{}) return publisher->ignore_others();
  publisher->hear_others({.on_resync = [this] { lanes->forget_written(); },
                          .on_payload = [this](std::string_view payload) { lanes->forget_written(agents_in(payload)); },
                          .on_lost = [this](const std::string&) { lanes->forget_written(); },
                          .on_problem =
                              [this](const std::string& reason) {
                                log.limited(Log::Level::error,
                                            "suppress_unchanged has no effect, other processes are not heard over NATS",
                                            {{"reason", reason}});
                              }});
}

/// Whether it can be known what other processes write.
///
/// @return why not, or ""
std::string Service::Impl::check_suppression(const Config& config) const {
  if (config.suppress_unchanged == Duration{}) return {};
  if (!must_know_own_sessions()) return {};
  sql::PgConnection connection(*options.database.postgres(), {});
  connection.arm(kFirstReading);
  const bool is_pooled = sessions->is_pooled() || (!connection.open() && connection.is_pooled());
  return is_pooled ? std::string(kPooled) : "";
}

/// A value that is left out keeps its old stamp, by which watchers judge it.
void Service::Impl::compare_with_rows() {
  const Duration unwritten = lanes->snapshot().config.suppress_unchanged;
  if (unwritten == Duration{}) return;
  const auto found = sql::AgentRows::of(options.database)->stale_rows(unwritten);
  const auto* const failed = std::get_if<sql::DatabaseFailure>(&found);
  if (failed == nullptr && std::get<0>(found).rows == 0) return;
  log.limited(Log::Level::warning,
              failed != nullptr ? "suppress_unchanged could not be compared with the rows"
                                : "suppress_unchanged is not below the limit of rows",
              {{"reason", failed != nullptr ? failed->message : sql::describe(std::get<0>(found), unwritten)}});
}

/// The database was away at the start, and a pooler turned out to be in the way.
void Service::Impl::stop_suppressing() {
  Config config = lanes->snapshot().config;
  if (config.suppress_unchanged == Duration{}) return;
  config.suppress_unchanged = {};
  if (lanes->reconfigure(config)) log.limited(Log::Level::error, "suppress_unchanged is off", {{"reason", kPooled}});
}

void Service::Impl::on_drop(const ReportDrop& drop) {
  log.limited(Log::Level::warning, "updates dropped",
              {{"agent", format_uuid(drop.agent)},
               {"updates", std::to_string(drop.updates)},
               {"reason", drop.is_agent_full ? "agent_full" : "full"}});
}

void Service::Impl::on_malformed(const ChunkTally& tally) {
  ++malformed;
  log.limited(Log::Level::warning, "malformed notification",
              {{"unreadable_ids", std::to_string(tally.unreadable)}, {"bytes_left", std::to_string(tally.rest)}});
}

void Service::Impl::on_queue(const sql::NotificationQueue& queue) {
  queue_usage = queue.usage;
  oldest_transaction = std::chrono::duration<double>(queue.oldest).count();
  clock_ahead = std::chrono::duration<double>(queue.clock_ahead).count();
  if (std::chrono::abs(queue.clock_ahead) >= kClocksDiffer)
    log.limited(Log::Level::warning, "clock differs from the database's",
                {{"ahead_s", std::to_string(std::chrono::round<std::chrono::seconds>(queue.clock_ahead).count())}});
  if (queue.usage < kQueueFills) return;
  log.limited(Log::Level::warning, "notification queue fills",
              {{"percent", std::to_string(static_cast<int>(queue.usage * 100))},
               {"oldest_transaction_pid", queue.pid ? std::to_string(*queue.pid) : "not shown"},
               {"open_for", format_duration(queue.oldest)}});
}

void Service::Impl::start_reading() {
  change_listener = std::make_unique<ChangeListener>(
      ChangeSources{options.database, options.pubsub, lanes->snapshot().config.channel, notifier, sessions}, ring, log,
      ChangeEvents{.on_gap =
                       [this] {
                         missing_rows.clear();
                         lanes->forget_written();
                       },
                   .on_written_by_others = [this](std::span<const Uuid> agents) { lanes->forget_written(agents); }});
  HubOptions hub_options;
  hub_options.open = [this] { return sql::AgentRows::of(options.database); };
  hub_options.ring = ring;
  hub_options.full_read = options.full_read;
  hub_options.is_listening = [this] { return change_listener->is_connected(); };
  hub_options.on_failure = [this](const std::string& why) {
    log.limited(Log::Level::warning, "rows cannot be read, watchers wait", {{"reason", why}});
  };
  hub_options.on_malformed = [this](const ChunkTally& tally) { on_malformed(tally); };
  hub = std::make_unique<WatchHub>(std::move(hub_options));
}

void Service::Impl::start_refresher() {
  RefresherOptions refresher_options;
  refresher_options.open = [this] { return sql::AgentCredentials::of(options.database); };
  refresher_options.every = options.token_refresh;
  if (options.user_sessions) refresher_options.user_sessions = &user_sessions;
  refresher_options.on_failure = [this](const std::string& why) {
    log.limited(Log::Level::warning, "agents cannot be read, those known stay", {{"reason", why}});
  };
  refresher_options.on_refresh = [this] { api->end_revoked_streams(); };
  refresher_options.on_found = [this](const Uuid& agent) { missing_rows.forget(agent); };
  refresher_options.on_queue = [this](const sql::NotificationQueue& queue) { on_queue(queue); };
  refresher = std::make_unique<TokenRefresher>(directory, std::move(refresher_options));
}

ApiOptions Service::Impl::api_options(std::size_t threads) {
  ApiOptions made;
  made.intake = intake.get();
  made.directory = &directory;
  made.watch_tokens = &watch_tokens;
  made.metrics_tokens = &metrics_tokens;
  if (options.user_sessions) made.user_sessions = &user_sessions;
  made.open_watches = &open_watches;
  made.open_rpcs = &open_rpcs;
  made.rpc_metrics = &rpc_metrics;
  made.is_relaying = options.server.relay.has_value();
  made.metrics = [this](std::string_view accept) { return metrics(accept); };
  made.has_watcher = options.has_watcher;
  made.has_metrics = !options.metrics_listen;
  made.readiness = [this] { return readiness(); };
  made.on_drop = [this](const ReportDrop& drop) { on_drop(drop); };
  made.on_unauthorized = [this] { log.limited(Log::Level::warning, "token or agent not known"); };
  made.threads = threads;
  return made;
}

std::string Service::Impl::start_servers() {
  ServerOptions server_options = options.server;
  if (server_options.threads == 0)
    server_options.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
  const auto look_up = [this](const LookupRequest& request, std::function<void(LookupResult)> done) {
    refresher->look_up(request, std::move(done));
  };
  api = std::make_unique<ServiceApi>(api_options(server_options.threads),
                                     ServiceApiParts{*hub, open_watches, open_rpcs, request_metrics, log, look_up});
  api->set_interval(lanes->snapshot().config.interval);
  start_refresher();
  health_monitor = std::make_unique<HealthMonitor>([this] { return health_sample(); });
  refresher->wait_for_first(kFirstReading);  // else the agents that return after a restart would all be looked up
  if (options.access_log > 0) access = std::make_unique<AccessLog>(*api, log, options.access_log);
  Handler& handler = access ? static_cast<Handler&>(*access) : *api;
  auto started = Server::start(server_options, handler);
  if (std::string* const failed = std::get_if<std::string>(&started)) return std::move(*failed);
  server = std::get<std::unique_ptr<Server>>(std::move(started));
  is_serving = true;
  if (!options.metrics_listen) return {};
  operator_api = std::make_unique<OperatorApi>(*api);
  server_options.listen = *options.metrics_listen;
  server_options.threads = 1;
  auto started_metrics = Server::start(server_options, *operator_api);
  if (std::string* const failed = std::get_if<std::string>(&started_metrics)) return std::move(*failed);
  metrics_server = std::get<std::unique_ptr<Server>>(std::move(started_metrics));
  return {};
}

std::variant<std::unique_ptr<Service>, std::string> Service::start(const ServiceOptions& options, Log& log) {
  if (options.user_sessions && options.database.postgres() == nullptr)
    return "sessions of people are in the PostgreSQL database of a control plane, and this is a file";
  auto impl = std::make_unique<Impl>(options, log);
  if (std::string wrong = read_if_given(impl->watch_tokens, options.watch_token_file); !wrong.empty()) return wrong;
  if (std::string wrong = read_if_given(impl->metrics_tokens, options.metrics_token_file); !wrong.empty()) return wrong;
  if (std::string wrong = impl->lock_file(); !wrong.empty()) return wrong;
  if (std::string wrong = impl->start_lanes(); !wrong.empty()) return wrong;
  if (options.unwritten_store != nullptr)
    if (std::string wrong = options.unwritten_store->load(*impl->lanes); !wrong.empty()) return wrong;
  impl->start_reading();
  auto service = std::unique_ptr<Service>(new Service(std::move(impl)));  // from here on it ends in order
  if (std::string wrong = service->impl_->start_servers(); !wrong.empty()) return wrong;
  service->impl_->compare_with_rows();
  return service;
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() { stop(); }

std::uint16_t Service::port() const { return impl_->server->port(); }
std::uint16_t Service::metrics_port() const { return impl_->metrics_server ? impl_->metrics_server->port() : port(); }
engine::Snapshot Service::snapshot() const { return impl_->snapshot(); }
void Service::refresh_tokens() { impl_->refresher->refresh(); }
MetricsPage Service::metrics(std::string_view accept) const { return impl_->metrics(accept); }

std::string Service::change(const ServiceChange& wanted) {
  std::string wrong = change_all(wanted);
  impl_->last_reload = wall_seconds();
  impl_->is_reload_well = wrong.empty();
  return wrong;
}

std::string Service::Impl::reconfigure(const Config& wanted) {
  std::string wrong = file_claim ? file_claim->change(wanted) : "";
  if (!wrong.empty()) return wrong;
  if (const auto changed = lanes->reconfigure(wanted); !changed)
    wrong = engine::describe(changed.error(), wanted, options.writers);
  if (file_claim && !wrong.empty()) (void)file_claim->change(lanes->snapshot().config);
  return wrong;
}

/// What can be refused comes first. The settings come last; they are changed as a whole or not at
/// all.
std::string Service::change_all(const ServiceChange& wanted) {
  FileTokens watch_tokens, metrics_tokens;
  if (std::string wrong = read_if_given(watch_tokens, wanted.watch_token_file); !wrong.empty()) return wrong;
  if (std::string wrong = read_if_given(metrics_tokens, wanted.metrics_token_file); !wrong.empty()) return wrong;
  auto certificate = impl_->server->read_certificate();
  if (std::string* const wrong = std::get_if<std::string>(&certificate)) return std::move(*wrong);
  if (std::string wrong = impl_->check_suppression(wanted.config); !wrong.empty()) return wrong;
  if (std::string wrong = impl_->reconfigure(wanted.config); !wrong.empty()) return wrong;
  impl_->hear_others();
  if (impl_->metrics_server) impl_->metrics_server->use(std::get<0>(certificate));
  impl_->server->use(std::get<0>(std::move(certificate)));
  impl_->watch_tokens.take(watch_tokens);
  impl_->metrics_tokens.take(metrics_tokens);
  impl_->intake->set_agent_capacity(impl_->lanes->snapshot().config.agent_capacity);
  impl_->api->set_interval(impl_->lanes->snapshot().config.interval);
  impl_->api->end_revoked_streams();
  impl_->missing_rows.clear();
  impl_->refresher->set_every(wanted.token_refresh);
  impl_->compare_with_rows();
  return {};
}

ServiceEnd Service::stop() {
  Impl& impl = *impl_;
  if (!std::exchange(impl.is_stopped, true)) {
    impl.is_draining = true;
    if (impl.api) impl.api->begin_drain();
    if (impl.server) {
      // A balancer needs this time to see /readyz; reports are accepted meanwhile, and streams end
      // one after the other.
      impl.server->end_streams(impl.options.drain_grace);
      impl.wait_for_grace();
      impl.server->drain(kDrainLimit);
    }
    if (impl.access) impl.access->log_suppressed();
    impl.lanes->close();
    if (impl.publisher) impl.publisher->wait_until_acknowledged();
    if (impl.options.unwritten_store != nullptr) impl.options.unwritten_store->save(*impl.lanes);
    if (impl.metrics_server) impl.metrics_server->drain(kMetricsDrain);
    if (impl.refresher) impl.refresher->stop();
    impl.hub->stop();
    impl.file_lock.reset();
  }
  ServiceEnd end{.snapshot = impl.snapshot()};
  end.refused_items = impl.intake->refused_items();
  end.sanitized = impl.intake->sanitized();
  return end;
}

void Service::hurry() {
  {
    const std::lock_guard lock(impl_->hurry_mutex);
    impl_->is_hurried = true;
  }
  impl_->hurried.notify_all();
  impl_->lanes->abandon();
}

void Service::Impl::wait_for_grace() {
  std::unique_lock lock(hurry_mutex);
  hurried.wait_for(lock, options.drain_grace, [this] { return is_hurried; });
}

engine::Snapshot Service::Impl::snapshot() const {
  engine::Snapshot snapshot = lanes->snapshot();
  const std::uint64_t unmatched = intake->unmatched();  // counted here, because the lanes never saw them
  snapshot.counters.offered += unmatched;
  snapshot.counters.unmatched += unmatched;
  return snapshot;
}

}  // namespace metabatch::service
