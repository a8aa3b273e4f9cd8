// SPDX-License-Identifier: Apache-2.0
#include "service/watch/change_listener.hpp"

#include "sql/postgres/pg_listener.hpp"

namespace metabatch::service {
namespace {

constexpr std::size_t kRing = 4096;  // chunks: a few hundred flushes of a large fleet

}  // namespace

ChangeListener::ChangeListener(const sql::Database& database, const std::string& channel, engine::Notifier& notifier, Log& log,
                               std::function<void()> on_resync)
    : ring_(std::make_shared<engine::NotificationRing>(kRing)) {
  if (database.postgres() == nullptr) {
    subscription_ = notifier.subscribe(ring_);
    is_connected_ = true;
    return;
  }
  sql::PgListenerOptions options;
  options.address = *database.postgres();
  options.channel = channel;
  sql::PgListenerEvents events = sql::feeding(ring_);
  events.on_resync = [this, feed = events.on_resync, on_resync = std::move(on_resync)] {
    feed();
    ++resyncs_;
    on_resync();
  };
  // LISTEN alone proves nothing: behind a pooler in transaction mode it succeeds, and no notification ever arrives.
  events.on_latency = [this, &log](Duration) {
    if (is_connected_.exchange(true)) return;
    if (++begun_ > 1) log.limited(Log::Level::info, "change_listener again");
  };
  events.on_lost = [this, &log](const sql::DatabaseFailure& why, Duration retry) {
    is_connected_ = false;
    log.limited(Log::Level::warning, "not listening, watchers are read for every 5 s",
                {{"reason", why.message}, {"retry_in", format_duration(retry)}});
  };
  listener_ = std::make_unique<sql::PgListener>(std::move(options), std::move(events));
  thread_ = std::thread([this] { listener_->run(); });
}

ChangeListener::~ChangeListener() {
  if (!listener_) return;
  listener_->stop();
  thread_.join();
}

std::uint64_t ChangeListener::reconnects() const {
  const std::uint64_t times = begun_;
  return times > 0 ? times - 1 : 0;
}

}  // namespace metabatch::service
