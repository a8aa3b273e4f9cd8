// SPDX-License-Identifier: Apache-2.0
#include "service/watch/change_listener.hpp"

#include <utility>
#include <vector>

#include "metabatch/chunks.hpp"
#include "sql/postgres/pg_listener.hpp"

namespace metabatch::service {
namespace {

// Events of the log.
constexpr std::string_view kNotListening = "not listening, watchers are read for every 5 s";
constexpr std::string_view kNotListeningToNats = "not listening to NATS, watchers are read for every 5 s";

}  // namespace

std::vector<Uuid> agents_in(std::string_view payload) {
  std::vector<Uuid> agents;
  ChunkReader reader(payload);
  while (const auto one = reader.next())
    if (one->id) agents.push_back(*one->id);
  return agents;
}

ChangeListener::ChangeListener(const ChangeSources& sources, std::shared_ptr<engine::NotificationRing> ring, Log& log,
                               ChangeEvents events)
    : ring_(std::move(ring)), events_(std::move(events)) {
  if (sources.database.postgres() == nullptr)
    subscription_ = sources.notifier.subscribe(ring_);
  else if (sources.pubsub.address.uses_database)
    listen_to_postgres(sources, log);
  if (sources.pubsub.uses_nats()) subscribe_to_nats(sources, log);
}

ChangeListener::~ChangeListener() {
  nats_subscription_.reset();
  if (!listener_) return;
  listener_->stop();
  thread_.join();
}

void ChangeListener::resync() {
  ring_->push_resync();
  ++resyncs_;
  events_.on_gap();
}

void ChangeListener::listen_to_postgres(const ChangeSources& sources, Log& log) {
  database_.is_connected = false;
  sql::PgListenerOptions options;
  options.address = *sources.database.postgres();
  options.channel = sources.channel;
  sql::PgListenerEvents events = sql::feeding(ring_);
  events.on_resync = [this] { resync(); };
  if (sources.own_sessions != nullptr)
    events.on_payload = [this, own = sources.own_sessions](std::string_view payload, int pid) {
      if (!own->is_own(pid)) events_.on_written_by_others(agents_in(payload));
      ring_->push(payload, pid);  // last: who is told of a value reads it after the writers forgot theirs
    };
  // LISTEN alone proves nothing: behind a pooler in transaction mode it succeeds, and no
  // notification ever arrives.
  events.on_latency = [this, &log](Duration) {
    if (database_.begin()) log.limited(Log::Level::info, "change_listener again");
  };
  events.on_lost = [this, &log](const sql::DatabaseFailure& why, Duration retry) {
    database_.is_connected = false;
    events_.on_gap();
    log.limited(Log::Level::warning, kNotListening, {{"reason", why.message}, {"retry_in", format_duration(retry)}});
  };
  listener_ = std::make_unique<sql::PgListener>(std::move(options), std::move(events));
  thread_ = std::thread([this] { listener_->run(); });
}

void ChangeListener::subscribe_to_nats(const ChangeSources& sources, Log& log) {
  nats_.is_connected = false;
  pubsub::NatsSubscriptionEvents events = pubsub::feeding(ring_);
  events.on_resync = [this, &log] {
    if (nats_.begin()) log.limited(Log::Level::info, "listening to NATS again");
    resync();
  };
  events.on_lost = [this, &log](const std::string& reason) {
    nats_.is_connected = false;
    is_denied_ = false;  // a server that refuses says so each time
    log.limited(Log::Level::warning, kNotListeningToNats, {{"reason", reason}});
  };
  // It may be reported before or after the connection is: so it is a state of its own.
  events.on_problem = [this, &log](const std::string& reason) {
    is_denied_ = true;
    log.limited(Log::Level::error, kNotListeningToNats, {{"reason", reason}});
  };
  nats_subscription_ = pubsub::make_subscription(sources.pubsub, sources.channel, std::move(events));
}

}  // namespace metabatch::service
