// SPDX-License-Identifier: Apache-2.0
#include "service/agents/token_refresher.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace metabatch::service {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Duration kFirstRetry = std::chrono::seconds(1);
constexpr Duration kLongestRetry = std::chrono::seconds(30);
constexpr std::size_t kMostAtOnce = 500;      // ids a statement
constexpr std::size_t kMostOfOnePeer = 8;     // lookups that wait
constexpr std::size_t kMostPending = 5'000;   // lookups that wait, of all peers
constexpr std::size_t kMostUnknown = 10'000;  // negative answers remembered

/// The address of address:port.
std::string_view address_of(std::string_view peer) { return peer.substr(0, peer.rfind(':')); }

/// What a negative answer is remembered by: both parts of a request, because either may be missing.
std::string key_of(const LookupRequest& request) { return format_uuid(request.id) + request.session; }

}  // namespace

TokenRefresher::TokenRefresher(AgentDirectory& directory, RefresherOptions options)
    : directory_(directory), options_(std::move(options)), every_(options_.every), thread_([this] { run(); }) {}

TokenRefresher::~TokenRefresher() { stop(); }

void TokenRefresher::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  called_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::vector<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    pending.swap(pending_);
  }
  for (const Pending& one : pending) one.done(LookupResult::unavailable);
}

bool TokenRefresher::is_known_unknown(const std::string& key, Instant now) {
  const auto found = unknown_.find(key);
  if (found == unknown_.end()) return false;
  if (found->second > now) return true;
  unknown_.erase(found);
  return false;
}

void TokenRefresher::look_up(const LookupRequest& request, LookupDone done) {
  LookupResult result = LookupResult::unavailable;
  {
    const std::lock_guard lock(mutex_);
    if (is_known_unknown(key_of(request), SteadyClock::now())) {
      result = LookupResult::done;
    } else if (!is_stopping_ && pending_.size() < kMostPending) {
      std::size_t& of_peer = pending_of_[std::string(address_of(request.peer))];
      if (of_peer < kMostOfOnePeer) {
        ++of_peer;
        pending_.push_back({request, std::move(done)});
        called_.notify_all();
        return;
      }
    }
  }
  done(result);
}

void TokenRefresher::refresh() {
  {
    const std::lock_guard lock(mutex_);
    is_urgent_ = true;
  }
  called_.notify_all();
}

void TokenRefresher::set_every(Duration every) {
  {
    const std::lock_guard lock(mutex_);
    every_ = every;
  }
  refresh();
}

void TokenRefresher::wait_for_first(Duration limit) {
  std::unique_lock lock(mutex_);
  called_.wait_for(lock, limit, [this] { return has_tried_; });
}

void TokenRefresher::wait_for_work(std::unique_lock<std::mutex>& lock, Instant next_read, Instant next_sample) {
  for (;;) {
    const Instant now = SteadyClock::now();
    if (is_stopping_ || is_urgent_ || now >= next_read || now >= next_sample) return;
    if (!pending_.empty() && now >= next_lookup_) return;
    called_.wait_until(lock, std::min({next_read, next_sample, pending_.empty() ? next_read : next_lookup_}));
  }
}

std::vector<TokenRefresher::Pending> TokenRefresher::take_lookups() {
  std::vector<Pending> taken;
  const auto now = SteadyClock::now();
  if (pending_.empty() || now < next_lookup_) return taken;
  const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(std::min(pending_.size(), kMostAtOnce));
  taken.assign(std::make_move_iterator(pending_.begin()), std::make_move_iterator(end));
  pending_.erase(pending_.begin(), end);
  for (const Pending& one : taken) {
    const auto counted = pending_of_.find(address_of(one.request.peer));
    if (--counted->second == 0) pending_of_.erase(counted);
  }
  next_lookup_ = now + options_.lookup_gap;
  return taken;
}

void TokenRefresher::run() {
  const std::unique_ptr<sql::AgentCredentials> agents = options_.open();
  Duration retry = kFirstRetry;
  auto next_sample = options_.on_queue ? SteadyClock::now() : SteadyClock::time_point::max();
  auto next_read = SteadyClock::now();
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    const auto now = SteadyClock::now();
    if (std::vector<Pending> lookups = take_lookups(); !lookups.empty()) {
      lock.unlock();
      look_up_all(*agents, lookups);
      lock.lock();
    } else if (is_urgent_ || now >= next_read) {
      is_urgent_ = false;
      lock.unlock();
      const bool is_read = read(*agents);
      lock.lock();
      has_tried_ = true;
      called_.notify_all();
      next_read = SteadyClock::now() + (is_read ? every_ : retry);
      retry = is_read ? kFirstRetry : std::min(retry * 2, kLongestRetry);
    } else if (now >= next_sample) {
      lock.unlock();
      sample_queue(*agents);
      lock.lock();
      next_sample = SteadyClock::now() + options_.queue_sample_every;
    }
    wait_for_work(lock, next_read, next_sample);
  }
}

void TokenRefresher::remember_unknown(const std::set<std::string>& keys, Instant now) {
  if (unknown_.size() + keys.size() > kMostUnknown)
    std::erase_if(unknown_, [now](const auto& one) { return one.second <= now; });
  for (const std::string& key : keys)
    if (unknown_.size() < kMostUnknown) unknown_[key] = now + options_.unknown_for;
}

void TokenRefresher::look_up_all(sql::AgentCredentials& agents, const std::vector<Pending>& pending) {
  std::set<Uuid> ids;
  for (const Pending& one : pending)
    if (!(one.request.id == Uuid{})) ids.insert(one.request.id);
  ++lookups_;
  const auto answer = agents.find(std::vector<Uuid>(ids.begin(), ids.end()));
  const auto* const found = std::get_if<std::vector<sql::AgentToken>>(&answer);
  bool is_well = found != nullptr;
  std::set<std::string> sessions;
  if (found != nullptr) {
    for (const sql::AgentToken& one : *found) {
      ids.erase(one.token);
      ids.erase(one.agent);
    }
    directory_.add(*found);
    for (const sql::AgentToken& one : *found) options_.on_found(one.agent);
    is_well = look_up_sessions(agents, pending, sessions);
  } else {
    options_.on_failure(std::get<sql::DatabaseFailure>(answer).message);
  }
  if (is_well) remember_missing(pending, ids, sessions);
  for (const Pending& one : pending) one.done(is_well ? LookupResult::done : LookupResult::unavailable);
}

void TokenRefresher::remember_missing(const std::vector<Pending>& pending, const std::set<Uuid>& ids,
                                      const std::set<std::string>& sessions) {
  std::set<std::string> keys;
  for (const Pending& one : pending)
    if (ids.contains(one.request.id) || sessions.contains(one.request.session)) keys.insert(key_of(one.request));
  const std::lock_guard lock(mutex_);
  remember_unknown(keys, SteadyClock::now());
}

bool TokenRefresher::look_up_sessions(sql::AgentCredentials& agents, const std::vector<Pending>& pending,
                                      std::set<std::string>& unknown) {
  for (const Pending& one : pending)
    if (!one.request.session.empty()) unknown.insert(one.request.session);
  if (unknown.empty() || options_.user_sessions == nullptr) return true;
  const auto now = SteadyClock::now();  // before the reading, so that no session lasts longer here
  const auto answer = agents.sessions(std::vector<std::string>(unknown.begin(), unknown.end()));
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&answer)) {
    options_.on_failure(failed->message);
    return false;
  }
  options_.user_sessions->add(std::get<0>(answer), now);
  for (const sql::UserSession& one : std::get<0>(answer)) unknown.erase(one.id);
  return true;
}

/// With no session in use too: a missing privilege then shows at the start.
bool TokenRefresher::read_sessions(sql::AgentCredentials& agents) {
  if (options_.user_sessions == nullptr) return true;
  const auto now = SteadyClock::now();
  const std::vector<std::string> used = options_.user_sessions->used();
  const auto answer = agents.sessions(used);
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&answer)) {
    options_.on_failure(failed->message);
    return false;
  }
  options_.user_sessions->replace(std::get<0>(answer), now);
  return true;
}

void TokenRefresher::sample_queue(sql::AgentCredentials& agents) const {
  const auto found = agents.notification_queue();  // a failure is reported where tokens are read
  const auto* const queue = std::get_if<std::optional<sql::NotificationQueue>>(&found);
  if (queue != nullptr && *queue) options_.on_queue(**queue);
}

bool TokenRefresher::read(sql::AgentCredentials& agents) {
  const auto found = agents.tokens();
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&found)) {
    options_.on_failure(failed->message);
    return false;
  }
  directory_.replace(std::get<0>(found));
  const bool is_whole = read_sessions(agents);
  options_.on_refresh();
  return is_whole;
}

}  // namespace metabatch::service
