// SPDX-License-Identifier: Apache-2.0
#include "engine/lanes.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "batching/entries.hpp"

namespace metabatch::engine {
namespace {

constexpr std::size_t kRecentOfAll = 64;  // as many as one engine remembers
constexpr std::uint64_t kOtherSeed = 0x9e3779b97f4a7c15ULL;

std::uint64_t seed_of_lanes(std::uint64_t given) {
  if (given != 0) return given ^ kOtherSeed;
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::int64_t share(std::int64_t whole, std::size_t lane, std::size_t lanes) {
  const auto parts = static_cast<std::int64_t>(lanes);
  return whole / parts + (static_cast<std::int64_t>(lane) < whole % parts ? 1 : 0);
}

/// The last lane has the smallest share. A config that it accepts, all lanes accept.
std::optional<Error> refused(const ValidConfig& whole, std::size_t lanes) {
  const Result<ValidConfig> last = config_of_lane(whole, lanes - 1, lanes);
  if (last) return std::nullopt;
  return last.error();
}

/// Adds the snapshot of one lane to the sum of all.
void count_in(Snapshot& sum, Snapshot&& lane, std::size_t number) {
  sum.counters += lane.counters;
  sum.parts.insert(sum.parts.end(), lane.parts.begin(), lane.parts.end());
  sum.metrics += lane.metrics;
  sum.buffered_entries += lane.buffered_entries;
  sum.buffered_bytes += lane.buffered_bytes;
  sum.set_apart_entries += lane.set_apart_entries;
  if (lane.set_apart_age) sum.set_apart_age = std::max(sum.set_apart_age.value_or(Duration{}), *lane.set_apart_age);
  sum.batch_limit = number == 0 ? lane.batch_limit : std::min(sum.batch_limit, lane.batch_limit);
  sum.ahead_by = std::max(sum.ahead_by, lane.ahead_by);
  if (lane.oldest_age) sum.oldest_age = std::max(sum.oldest_age.value_or(Duration{}), *lane.oldest_age);
  sum.uptime = std::max(sum.uptime, lane.uptime);
  sum.closed = sum.closed && lane.closed;
  for (FlushRecord& record : lane.recent) {
    record.lane = number;
    sum.recent.push_back(std::move(record));
  }
}

}  // namespace

Result<ValidConfig> config_of_lane(const ValidConfig& whole, std::size_t lane, std::size_t lanes) {
  Config config = whole;
  config.queue_capacity = share(whole->queue_capacity, lane, lanes);
  config.queue_bytes = share(whole->queue_bytes, lane, lanes);
  config.batch_bytes = std::min(whole->batch_bytes, config.queue_bytes);
  config.suppress_capacity = std::max<std::int64_t>(share(whole->suppress_capacity, lane, lanes), 1);
  const auto too_small = [](Setting setting) {
    return Error{Errc::setting_too_small, static_cast<std::size_t>(setting)};
  };
  if (config.queue_capacity < config.batch_size) return too_small(Setting::queue_capacity);
  if (config.queue_bytes < 1) return too_small(Setting::queue_bytes);
  return validated(std::move(config));
}

std::string describe(const Error& error, const Config& asked, std::size_t lanes) {
  const Result<ValidConfig> whole = validated(asked);
  const bool is_of_lanes = whole.has_value() && error.code == Errc::setting_too_small;
  if (!is_of_lanes) return metabatch::describe(error, asked);
  const auto setting = static_cast<Setting>(error.at);
  const bool is_bytes = setting == Setting::queue_bytes;
  const std::int64_t least = (is_bytes ? 1 : (*whole)->batch_size) * static_cast<std::int64_t>(lanes);
  return std::string(name_of(setting)) + " is too small for " + std::to_string(lanes) +
         " writers: " + format_count(is_bytes ? (*whole)->queue_bytes : (*whole)->queue_capacity) +
         " is shared evenly, and each needs " +
         (is_bytes ? "a byte" : "capacity for a batch of " + format_count((*whole)->batch_size)) +
         ": ask for at least " + format_count(least) + ", or for fewer writers.";
}

/// Reports the flushes of one lane at a time, with the number of the lane.
struct Lanes::FlushReports {
  std::mutex mutex;
  std::function<void(const FlushRecord&)> on_flush;

  void report(FlushRecord record, std::size_t lane) {
    record.lane = lane;
    const std::lock_guard lock(mutex);
    on_flush(record);
  }
};

Result<std::unique_ptr<Lanes>> Lanes::create(const ValidConfig& config, std::span<Store* const> stores,
                                             EngineOptions options, Clock& clock) {
  if (const auto wrong = refused(config, stores.size())) return *wrong;
  std::unique_ptr<Lanes> lanes(new Lanes(config, seed_of_lanes(options.seed)));
  auto reports = std::make_shared<FlushReports>();
  const bool reports_flushes = options.on_flush != nullptr && stores.size() > 1;
  if (reports_flushes) reports->on_flush = std::move(options.on_flush);
  for (std::size_t lane = 0; lane < stores.size(); ++lane) {
    EngineOptions own = options;
    if (own.seed != 0) own.seed += lane;  // lanes that back off together would also retry together
    if (reports_flushes) own.on_flush = [reports, lane](const FlushRecord& record) { reports->report(record, lane); };
    const ValidConfig part = config_of_lane(config, lane, stores.size()).value();
    lanes->engines_.push_back(Engine::create(part, *stores[lane], std::move(own), clock));
  }
  return lanes;
}

Lanes::~Lanes() { close(); }

std::size_t Lanes::lane_of(const Uuid& agent) const {
  if (engines_.size() == 1) return 0;
  return static_cast<std::size_t>(((agent_hash(agent, seed_) >> 32) * engines_.size()) >> 32);
}

void Lanes::warm(std::span<const Uuid> agents) const {
  for (const Engine::Warming step : {Engine::Warming::slot, Engine::Warming::block})
    for (const Uuid& agent : agents) engine_of(agent).warm(agent, step);
}

Result<void> Lanes::reconfigure(const Config& wanted) {
  const std::lock_guard lock(mutex_);
  const Result<ValidConfig> whole = validated_change(config_, wanted);
  if (!whole) return whole.error();
  if (const auto wrong = refused(*whole, engines_.size())) return *wrong;
  for (std::size_t lane = 0; lane < engines_.size(); ++lane)
    engines_[lane]->change_to(*config_of_lane(*whole, lane, engines_.size()));
  config_ = *whole;
  return {};
}

void Lanes::flush_now() {
  for (const auto& engine : engines_) engine->flush_now();
}

void Lanes::forget_written(std::span<const Uuid> agents) {
  if (engines_.size() == 1) return engines_.front()->forget_written(agents);
  std::vector<std::vector<Uuid>> parts(engines_.size());
  for (const Uuid& agent : agents) parts[lane_of(agent)].push_back(agent);
  for (std::size_t lane = 0; lane < engines_.size(); ++lane) engines_[lane]->forget_written(parts[lane]);
}

void Lanes::forget_written() {
  for (const auto& engine : engines_) engine->forget_written();
}

Snapshot Lanes::snapshot() const {
  if (engines_.size() == 1) return engines_.front()->snapshot();
  Snapshot sum;
  sum.closed = true;
  for (std::size_t lane = 0; lane < engines_.size(); ++lane) count_in(sum, engines_[lane]->snapshot(), lane);
  std::stable_sort(sum.recent.begin(), sum.recent.end(),
                   [](const FlushRecord& a, const FlushRecord& b) { return a.started < b.started; });
  if (sum.recent.size() > kRecentOfAll) sum.recent.erase(sum.recent.begin(), sum.recent.end() - kRecentOfAll);
  const std::lock_guard lock(mutex_);
  sum.config = config_;
  return sum;
}

bool Lanes::wait_until_empty(std::optional<Instant> deadline) {
  flush_now();  // all lanes at once, not one after the other
  return std::all_of(engines_.begin(), engines_.end(),
                     [&](const auto& engine) { return engine->wait_until_empty(deadline); });
}

std::size_t Lanes::spool(const std::function<bool(std::span<const Update>)>& keep) {
  std::vector<Update> all;
  for (const auto& engine : engines_) {
    const std::span<const Update> rest = engine->take_unwritten();
    all.insert(all.end(), rest.begin(), rest.end());
  }
  const bool is_kept = !all.empty() && keep(all);
  for (const auto& engine : engines_) engine->settle_unwritten(is_kept ? Fate::spooled : Fate::unwritten);
  return all.size();
}

void Lanes::abandon() {
  for (const auto& engine : engines_) engine->abandon();
}

void Lanes::close() {
  if (engines_.empty()) return;
  std::vector<std::thread> others;
  for (std::size_t lane = 1; lane < engines_.size(); ++lane)
    others.emplace_back([this, lane] { engines_[lane]->close(); });
  engines_.front()->close();
  for (std::thread& other : others) other.join();
}

}  // namespace metabatch::engine
