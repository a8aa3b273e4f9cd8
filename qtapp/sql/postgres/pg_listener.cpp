// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_listener.hpp"

#include <libpq-fe.h>

#include <QUuid>
#include <algorithm>
#include <memory>
#include <utility>

#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr PgStatement kWakeUp = {nullptr, statements::pg_notify};
constexpr Duration kConnectLimit = std::chrono::seconds(12);

std::string listen_text(const std::string& channel) {
  std::string quoted = "LISTEN \"";
  for (const char c : channel) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace

PgListenerEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring) {
  PgListenerEvents events;
  events.on_resync = [ring] { ring->push_resync(); };
  events.on_payload = [ring](std::string_view payload, int sender) { ring->push(payload, sender); };
  return events;
}

PgListener::PgListener(PgListenerOptions options, PgListenerEvents events)
    : options_(std::move(options)),
      events_(std::move(events)),
      probe_channel_("latency-measure:" + QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString()),
      connection_(options_.address, {}, "metabatch-listen"),
      prober_(options_.address, {}, "metabatch-probe") {}

void PgListener::run() {
  Duration backoff = options_.first_backoff;
  while (!is_stopping_) {
    DatabaseFailure why;
    if (auto failed = begin()) {
      why = std::move(*failed);
    } else {
      if (events_.on_resync) events_.on_resync();
      why = listen();
      if (is_heard_) backoff = options_.first_backoff;
    }
    connection_.close();
    if (is_stopping_) break;
    if (events_.on_lost) events_.on_lost(why, backoff);
    pause(backoff);
    backoff = std::min(backoff * 2, options_.longest_backoff);
  }
  prober_.close();
}

void PgListener::stop() noexcept {
  is_stopping_ = true;
  connection_.cancel();
  prober_.cancel();
  const std::lock_guard lock(mutex_);
  stopping_.notify_all();
}

void PgListener::pause(Duration duration) {
  std::unique_lock lock(mutex_);
  stopping_.wait_for(lock, duration, [this] { return is_stopping_.load(); });
}

std::optional<DatabaseFailure> PgListener::begin() {
  connection_.arm(kConnectLimit);
  if (is_stopping_) return DatabaseFailure{FailureClass::other, "", "stopped"};
  probed_.reset();
  is_heard_ = false;
  const std::string channel = listen_text(options_.channel), own = listen_text(probe_channel_);
  const PgStatement listen_channel = {nullptr, channel.c_str()}, listen_own = {nullptr, own.c_str()};
  const PgStep steps[] = {{&listen_channel}, {&listen_own}};
  return connection_.run(steps).failure;
}

DatabaseFailure PgListener::listen() {
  auto next_probe = SteadyClock::now();
  while (!is_stopping_) {
    hand_out();
    const auto now = SteadyClock::now();
    if (probed_ && now >= *probed_ + options_.probe_limit) {
      const bool is_pooler = connection_.is_pooled() && !is_heard_;
      return {FailureClass::connection, "",
              is_pooler ? "a pooler in transaction mode is in the way: LISTEN seems to work, but nothing arrives; "
                          "listen on a direct connection to the server"
                        : "a notification to ourselves did not come back: the connection is dead"};
    }
    if (!probed_ && now >= next_probe) {
      next_probe = now + options_.probe_every;
      if (auto failed = probe()) return *failed;
      continue;
    }
    if (auto lost = connection_.wait_for_input(probed_ ? *probed_ + options_.probe_limit : next_probe)) return *lost;
  }
  return {FailureClass::other, "", "stopped"};
}

std::optional<DatabaseFailure> PgListener::probe() {
  PgConnection& sender = connection_.is_pooled() ? prober_ : connection_;
  sender.arm(options_.probe_limit);
  if (is_stopping_) return std::nullopt;
  probed_ = SteadyClock::now();
  const PgParameter parameters[] = {{probe_channel_}, {""}};
  const PgStep steps[] = {{&kWakeUp, parameters}};
  return sender.run(steps).failure;
}

void PgListener::hand_out() {
  while (true) {
    const std::unique_ptr<PGnotify, void (*)(void*)> one(PQnotifies(connection_.handle()), PQfreemem);
    if (!one) return;
    if (probe_channel_ == one->relname) {
      if (probed_ && events_.on_latency) events_.on_latency(SteadyClock::now() - *probed_);
      probed_.reset();
      is_heard_ = true;
    } else if (events_.on_payload) {
      events_.on_payload(one->extra, one->be_pid);
    }
  }
}

}  // namespace metabatch::sql
