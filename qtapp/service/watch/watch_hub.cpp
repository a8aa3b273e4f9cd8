// SPDX-License-Identifier: Apache-2.0
#include "service/watch/watch_hub.hpp"

#include <algorithm>
#include <set>

#include "engine/clock.hpp"
#include "service/watch/metadata_json.hpp"

namespace metabatch::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kPauseAfterFailure = std::chrono::seconds(1);
constexpr auto kIdleTick = std::chrono::seconds(2);  // without watchers, notifications are only counted
constexpr std::size_t kAtOnce = 5000;                // agents a statement
constexpr std::string_view kFailureJson =
    R"({"message":"Internal error fetching metadata.","detail":"The database cannot be read just now; it is tried again."})";

WallTime wall_now() { return engine::system_clock().wall_now(); }

/// The rows that a request asks for, in its form.
std::vector<sql::MetadataRow> selected(std::span<const sql::MetadataRow> rows, const ReadRequest& request) {
  std::vector<sql::MetadataRow> found;
  for (const sql::MetadataRow& row : rows) {
    if (!request.keys.empty() && std::find(request.keys.begin(), request.keys.end(), row.key) == request.keys.end())
      continue;
    found.push_back(row);
    if (!request.has_scripts) found.back().script.clear();
  }
  return found;
}

HttpResponse stopped() { return error_response(503, "The service is shutting down."); }

}  // namespace

WatchHub::WatchHub(HubOptions options) : options_(std::move(options)), thread_([this] { run(); }) {}

Handler::WatchId WatchHub::add(const Uuid& agent, std::shared_ptr<Watcher> watcher) {
  const std::lock_guard lock(mutex_);
  inbox_.added.emplace_back(agent, Subscription{.watch = ++last_watch_, .watcher = std::move(watcher)});
  arrived_.notify_one();
  return last_watch_;
}

void WatchHub::remove(Handler::WatchId watch) {
  const std::lock_guard lock(mutex_);
  inbox_.removed.push_back(watch);  // no hurry: with the next tick
}

void WatchHub::read(ReadRequest request, std::function<void(HttpResponse)> done) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) {
      inbox_.pending.push_back({std::move(request), std::move(done)});
      arrived_.notify_one();
      return;
    }
  }
  done(stopped());
}

void WatchHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void WatchHub::run() {
  reader_ = options_.open();
  Instant tick = SteadyClock::now();
  while (std::optional<Inbox> inbox = wait(tick)) {
    std::vector<Agent*> agents = take_in(*inbox);
    const Instant now = SteadyClock::now();
    if (now >= tick) {
      tick = now + options_.tick;
      drain_notifications();
      const bool is_listening = options_.is_listening();
      next_full_read_ = std::min(next_full_read_, now + (is_listening ? options_.full_read : options_.heartbeat));
      if (now >= next_full_read_) {
        mark_all();
        next_full_read_ = now + (is_listening ? options_.full_read : options_.heartbeat);
      }
      agents.clear();
      for (Agent& agent : watched_) agents.push_back(&agent);
    }
    serve(agents, std::move(inbox->pending));
  }
  for (const PendingRead& pending : inbox_.pending) pending.done(stopped());  // nothing is added any more
  inbox_.pending.clear();
  reader_.reset();
}

std::optional<WatchHub::Inbox> WatchHub::wait(Instant tick) {
  std::unique_lock lock(mutex_);
  const auto is_called = [this] { return is_stopping_ || !inbox_.added.empty() || !inbox_.pending.empty(); };
  arrived_.wait_until(lock, watched_.empty() ? tick + kIdleTick : tick, is_called);
  if (is_stopping_) return std::nullopt;
  return std::exchange(inbox_, {});
}

std::vector<WatchHub::Agent*> WatchHub::take_in(Inbox& inbox) {
  std::set<Uuid> touched;
  for (auto& [agent, subscription] : inbox.added) {
    agent_of_[subscription.watch] = agent;
    table_.add(agent, 0);
    watched_[agent].subscriptions.push_back(std::move(subscription));
    touched.insert(agent);
  }
  for (const Handler::WatchId watch : inbox.removed) leave(watch);
  std::vector<Agent*> agents;
  for (const Uuid& agent : touched)
    if (const auto found = watched_.find(agent); found != watched_.end()) agents.push_back(&*found);
  return agents;
}

void WatchHub::leave(Handler::WatchId watch) {
  const auto known = agent_of_.find(watch);
  if (known == agent_of_.end()) return;
  const auto watched = watched_.find(known->second);
  agent_of_.erase(known);
  std::vector<Subscription>& subscriptions = watched->second.subscriptions;
  subscriptions.erase(std::find_if(subscriptions.begin(), subscriptions.end(),
                                   [watch](const Subscription& subscription) { return subscription.watch == watch; }));
  if (!subscriptions.empty()) return;
  table_.remove(watched->first, 0);
  watched_.erase(watched);
}

/// Notifications from before the first watcher are read too: it costs one pass over a bounded ring.
void WatchHub::drain_notifications() {
  while (const auto one = options_.ring->try_next()) {
    if (one->needs_resync())
      mark_all();
    else
      mark_named(one->payload);
  }
}

void WatchHub::mark_named(std::string_view payload) {
  const ChunkTally tally = table_.for_each_named(
      payload, [this](const Uuid& agent, WatchTable::Token) { watched_.at(agent).is_dirty = true; });
  if (tally.unreadable > 0 || tally.rest > 0) options_.on_malformed(tally);
}

void WatchHub::mark_all() {
  for (auto& [agent, watched] : watched_) watched.is_dirty = true;
}

bool WatchHub::is_due(const Subscription& subscription, Instant now) const {
  if (!subscription.sent) return true;
  const auto since = now - *subscription.sent;
  return since >= options_.heartbeat || (subscription.is_behind && since >= options_.least_gap);
}

void WatchHub::serve(std::span<Agent* const> agents, std::vector<PendingRead> pending) {
  const Instant now = SteadyClock::now();
  std::vector<Agent*> wanted;
  for (Agent* const agent : agents) {
    const auto can_take = [&](const Subscription& subscription) {
      return !subscription.sent || now - *subscription.sent >= options_.least_gap;
    };
    const auto& subscriptions = agent->second.subscriptions;
    if (agent->second.is_dirty && std::any_of(subscriptions.begin(), subscriptions.end(), can_take))
      wanted.push_back(agent);
  }
  const bool is_paused = failing_until_ && now < *failing_until_ && pending.empty();
  const bool is_read = !is_paused && fetch(wanted, pending);
  for (const PendingRead& one : pending) answer(one, is_read);
  read_rows_.clear();
  for (Agent* const agent : agents) send(*agent, now, !is_read);
}

/// One reading for all who need one.
bool WatchHub::fetch(std::span<Agent* const> agents, std::span<const PendingRead> pending) {
  std::set<Uuid> wanted;
  for (const Agent* const agent : agents) wanted.insert(agent->first);
  for (const PendingRead& one : pending) wanted.insert(one.request.agents.begin(), one.request.agents.end());
  const std::vector<Uuid> ids(wanted.begin(), wanted.end());
  std::map<Uuid, std::vector<sql::MetadataRow>> found;
  for (std::size_t from = 0; from < ids.size(); from += kAtOnce) {
    auto rows = reader_->rows(std::span(ids).subspan(from, std::min(kAtOnce, ids.size() - from)));
    if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&rows)) {
      failing_until_ = SteadyClock::now() + kPauseAfterFailure;
      options_.on_failure(failed->message);
      return false;
    }
    for (sql::MetadataRow& row : std::get<0>(rows)) found[row.agent].push_back(std::move(row));
  }
  failing_until_.reset();
  for (const PendingRead& one : pending)
    for (const Uuid& agent : one.request.agents) read_rows_[agent] = found[agent];
  for (Agent* const agent : agents) {
    Watched& watched = agent->second;
    std::vector<sql::MetadataRow>& rows = found[agent->first];
    const bool is_changed = !watched.is_read || rows != watched.rows;
    watched.rows = std::move(rows);
    watched.is_read = true;
    watched.is_dirty = false;
    for (Subscription& subscription : watched.subscriptions) subscription.is_behind |= is_changed;
  }
  return true;
}

void WatchHub::send(Agent& agent, Instant now, bool is_failing) {
  Watched& watched = agent.second;
  FrameText text;
  for (Subscription& subscription : watched.subscriptions) {
    if (!is_due(subscription, now)) continue;
    if (!watched.is_read) {
      if (is_failing && !std::exchange(subscription.is_failure_sent, true))
        subscription.watcher->deliver(FrameType::error, std::make_shared<const std::string>(kFailureJson));
      continue;
    }
    if (!text) text = std::make_shared<const std::string>(metadata_json(watched.rows, wall_now()));
    subscription.watcher->deliver(FrameType::data, text);
    subscription.sent = now;
    subscription.is_behind = false;
  }
}

void WatchHub::answer(const PendingRead& pending, bool is_read) const {
  if (!is_read) return pending.done(error_response(503, "Internal error fetching metadata."));
  HttpResponse response;
  const WallTime now = wall_now();
  const auto array = [&](const Uuid& agent) {
    const auto& rows = read_rows_.at(agent);
    if (pending.request.keys.empty() && pending.request.has_scripts) return metadata_json(rows, now);
    return metadata_json(selected(rows, pending.request), now);
  };
  if (!pending.request.is_bulk) {
    response.body = array(pending.request.agents.front());
  } else {
    for (const Uuid& agent : pending.request.agents)
      response.body.append(response.body.empty() ? "[" : ",")
          .append("{\"agent_id\":\"" + format_uuid(agent) + "\",\"metadata\":" + array(agent) + "}");
    response.body += "]";
  }
  response.body += "\n";
  pending.done(std::move(response));
}

}  // namespace metabatch::service
