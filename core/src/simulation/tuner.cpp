// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/tuner.hpp"

#include <algorithm>
#include <functional>

#include "base/order.hpp"
#include "metabatch/simulation/simulator.hpp"
#include "simulation/scenario_fields.hpp"

namespace metabatch {
namespace {

using namespace std::chrono_literals;

constexpr double kAlike = 1.02;                     // costs and delays this near are called equal
constexpr std::int64_t kUpdatesAPoint = 3'000'000;  // keeps a step of a large fleet under a second
constexpr int kIntervalsAPoint = 12;
constexpr int kReportsAPoint = 6;

/// Updates that a second brings.
double update_rate(const TuneQuestion& question) {
  const Fleet& fleet = question.scenario->fleet;
  if (!question.recording) {
    const double every = static_cast<double>(fleet.every.count()) / 1e9;
    return static_cast<double>(most_agents(fleet) * fleet.keys) / every;
  }
  double updates = 0;
  for (const RecordedReport& report : *question.recording) updates += static_cast<double>(report.keys.size());
  const Duration length =
      question.recording->empty() ? Duration(1s) : std::max(question.recording->back().at, Duration(1s));
  return updates / (static_cast<double>(length.count()) / 1e9);
}

/// No interval is longer, whatever delay is allowed.
Duration useful_delay(const TuneQuestion& question) { return std::min(question.max_delay, kMaxInterval); }

/// Two digits that count, rounded up: nobody sets 4,137.
std::int64_t rounded(double number) {
  std::int64_t unit = 1;
  while (number / static_cast<double>(unit) >= 100) unit *= 10;
  return (static_cast<std::int64_t>(number) + unit) / unit * unit;
}

template <class Item>
void sort_distinct(std::vector<Item>& items) {
  insertion_sort(items, std::less<>());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::vector<std::int64_t> chosen_sizes(const TuneQuestion& question) {
  const double arrive = update_rate(question) * static_cast<double>(useful_delay(question).count()) / 1e9 /
                        static_cast<double>(question.scenario->replicas);
  std::vector<std::int64_t> sizes = {100, kDefaultBatchSize, 2000, 5000, question.scenario->config.batch_size};
  for (const double part : {0.5, 1.1}) sizes.push_back(std::min(rounded(arrive * part), kMaxBatchSize));
  sort_distinct(sizes);
  return sizes;
}

std::vector<Duration> chosen_intervals(const TuneQuestion& question) {
  std::vector<Duration> intervals = {question.scenario->config.interval};
  for (const int percent : {20, 50, 80, 95, 100})
    intervals.push_back(std::clamp<Duration>(useful_delay(question) / 100 * percent, 1ms, kMaxInterval));
  sort_distinct(intervals);
  return intervals;
}

/// The last instant at which the scenario does something of its own.
Duration last_event(const Scenario& scenario) {
  Duration last{};
  for (const FleetChange& change : scenario.fleet.changes) last = std::max(last, change.at);
  for (std::size_t i = 0; i < kFaults; ++i)
    for (const Window& window : windows_of(scenario.store, static_cast<Fault>(i))) last = std::max(last, window.end());
  return std::max(last, scenario.fleet.burst_every * 2);
}

Duration chosen_time(const TuneQuestion& question) {
  const Duration longest = *std::max_element(question.intervals.begin(), question.intervals.end());
  const Duration every = question.recording ? Duration{} : question.scenario->fleet.every;
  const Duration least = std::max(longest * 4, every * 2);
  const auto affordable =
      Duration(static_cast<std::int64_t>(kUpdatesAPoint / std::max(update_rate(question), 1e-3) * 1e9));
  Duration time = std::max(longest * kIntervalsAPoint, every * kReportsAPoint);
  time = std::max(std::min(time, affordable), least) + last_event(question.scenario);
  return std::min(time, question.scenario->duration);
}

bool loses(const TunePoint& point) {
  const Counters& counters = point.run.summary.counters;
  return counters.dropped() > 0 || counters.held() > 0 || counters.discarded > 0;
}

/// Better in one, and not worse in the other.
bool dominates(const TunePoint& a, const TunePoint& b) {
  const double a_delay = a.judged_delay(), b_delay = b.judged_delay();
  return a.cost_per_s() <= b.cost_per_s() && a_delay <= b_delay &&
         (a.cost_per_s() < b.cost_per_s() || a_delay < b_delay);
}

}  // namespace

struct Tuner::Sweep {
  Result<void> plan();
  Result<void> add(const Config& config);
  void judge();
  [[nodiscard]] std::size_t best() const;
  [[nodiscard]] std::size_t nearest() const;

  TuneQuestion question;
  std::vector<ValidConfig> configs;
  std::vector<TunePoint> points;
};

Result<void> Tuner::Sweep::add(const Config& config) {
  const Result<ValidConfig> valid = validated_change(question.scenario->config, config);
  if (!valid && valid.error().at == static_cast<std::size_t>(Setting::queue_capacity))
    return {};  // not with this capacity
  if (!valid) return valid.error();
  if (std::find(configs.begin(), configs.end(), *valid) == configs.end()) configs.push_back(*valid);
  return {};
}

Result<void> Tuner::Sweep::plan() {
  const ValidConfig today = question.scenario.config();
  if (question.batch_sizes.empty()) question.batch_sizes = chosen_sizes(question);
  if (question.intervals.empty()) question.intervals = chosen_intervals(question);
  if (question.schedules.empty())
    question.schedules = {SchedulePolicy::fixed, SchedulePolicy::after_flush, SchedulePolicy::linger};
  if (question.queues.empty()) question.queues = {QueuePolicy::coalesce, QueuePolicy::fifo};
  if (question.time_a_point <= Duration{}) question.time_a_point = chosen_time(question);
  configs.push_back(today);
  for (const QueuePolicy queue : question.queues)
    for (const SchedulePolicy schedule : question.schedules)
      for (const Duration interval : question.intervals)
        for (const std::int64_t size : question.batch_sizes) {
          Config config = today;
          config.queue = queue;
          config.schedule = schedule;
          config.interval = interval;
          config.batch_size = size;
          if (const auto added = add(config); !added) return added;
        }
  return {};
}

void Tuner::Sweep::judge() {
  for (TunePoint& point : points) {
    point.on_frontier = !loses(point);
    for (const TunePoint& other : points)
      if (point.on_frontier && !loses(other) && dominates(other, point)) point.on_frontier = false;
    for (const TunePoint* other = points.data(); point.on_frontier && other != &point; ++other)  // of equals the first
      if (other->on_frontier && other->cost_per_s() == point.cost_per_s() &&
          other->judged_delay() == point.judged_delay())
        point.on_frontier = false;
  }
}

/// Among those that meet the question; points.size() when none does.
std::size_t Tuner::Sweep::best() const {
  double least = -1, quickest = -1;
  for (const TunePoint& point : points)
    if (point.meets && (least < 0 || point.cost_per_s() < least)) least = point.cost_per_s();
  const auto cheap = [&](const TunePoint& point) { return point.meets && point.cost_per_s() <= least * kAlike; };
  for (const TunePoint& point : points)
    if (cheap(point) && (quickest < 0 || point.judged_delay() < quickest)) quickest = point.judged_delay();
  std::size_t best = points.size();
  const auto plainer = [](const Config& a, const Config& b) {
    if (a.queue != b.queue) return a.queue < b.queue;
    if (a.schedule != b.schedule) return a.schedule < b.schedule;
    return a.batch_size < b.batch_size;
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!cheap(points[i]) || points[i].judged_delay() > quickest * kAlike) continue;
    if (best == points.size() || plainer(points[i].run.config, points[best].run.config)) best = i;
  }
  return best;
}

/// Where none meets the question: of those that lose least the quickest, and of those that are as
/// quick the cheapest.
std::size_t Tuner::Sweep::nearest() const {
  const auto lost = [](const TunePoint& point) {
    const Counters& counters = point.run.summary.counters;
    return counters.dropped() + counters.held() + counters.discarded;
  };
  const auto quickest = std::min_element(points.begin(), points.end(), [&](const TunePoint& a, const TunePoint& b) {
    return lost(a) != lost(b) ? lost(a) < lost(b) : a.judged_delay() < b.judged_delay();
  });
  const std::uint64_t least = lost(*quickest);
  const double delay = quickest->judged_delay() * kAlike;
  auto found = quickest;
  for (auto point = points.begin(); point != points.end(); ++point)
    if (lost(*point) == least && point->judged_delay() <= delay && point->cost_per_s() < found->cost_per_s())
      found = point;
  return static_cast<std::size_t>(found - points.begin());
}

Tuner::Tuner(std::unique_ptr<Sweep> sweep) : sweep_(std::move(sweep)) {}
Tuner::Tuner(Tuner&&) noexcept = default;
Tuner& Tuner::operator=(Tuner&&) noexcept = default;
Tuner::~Tuner() = default;

Result<Tuner> Tuner::create(TuneQuestion question) {
  if (question.max_delay <= Duration{}) return Error{Errc::field_too_small, scenario_fields().size()};
  if (question.recording) {
    const Result<Simulator> playable = Simulator::create(question.scenario, question.recording);
    if (!playable) return playable.error();
  }
  auto sweep = std::make_unique<Sweep>();
  sweep->question = std::move(question);
  if (const auto planned = sweep->plan(); !planned) return planned.error();
  return Tuner(std::move(sweep));
}

bool Tuner::step() {
  Sweep& s = *sweep_;
  if (finished()) return false;
  Scenario tried = s.question.scenario;
  tried.config = s.configs[s.points.size()];
  tried.changes.clear();
  tried.duration = s.question.time_a_point;
  tried.sample_every = std::min<Duration>(tried.duration, 24h);  // nothing reads it
  const ValidScenario scenario = validated(std::move(tried)).value();
  Simulator simulator =
      s.question.recording ? Simulator::create(scenario, s.question.recording).value() : Simulator::create(scenario);
  simulator.run();
  TunePoint point;
  point.run = simulator.facts();
  Config share = point.run.config;  // a replica sees its share of what arrives
  share.batch_size *= scenario->replicas;
  point.filling = filling(point.run.summary, share);
  point.filling.entries_an_interval /= static_cast<double>(scenario->replicas);
  point.today = s.points.empty();
  const auto max_delay = static_cast<double>(s.question.max_delay.count()) / 1e9;
  point.meets = !loses(point) && point.judged_delay() <= max_delay && point.run.config.interval <= s.question.max_delay;
  s.points.push_back(std::move(point));
  s.judge();
  return !finished();
}

bool Tuner::finished() const { return done() == size(); }
std::size_t Tuner::size() const { return sweep_->configs.size(); }
std::size_t Tuner::done() const { return sweep_->points.size(); }
std::span<const TunePoint> Tuner::points() const { return sweep_->points; }
const TuneQuestion& Tuner::question() const { return sweep_->question; }

std::vector<std::size_t> Tuner::frontier() const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < done(); ++i)
    if (points()[i].on_frontier) found.push_back(i);
  insertion_sort(found,
                 [&](std::size_t a, std::size_t b) { return points()[a].judged_delay() < points()[b].judged_delay(); });
  return found;
}

std::optional<Recommendation> Tuner::recommendation() const {
  if (done() == 0) return std::nullopt;
  Recommendation found;
  found.point = sweep_->best();
  found.meets = found.point < done();
  if (!found.meets) found.point = sweep_->nearest();
  const auto max_delay = static_cast<double>(question().max_delay.count()) / 1e9;
  const auto warned = [&](const TunePoint& point) {
    std::vector<RunFinding> all = warnings(point.run);
    const double delay = point.judged_delay();
    if (delay > max_delay) all.push_back({FindingKind::delay_missed, delay, max_delay});
    return all;
  };
  const TunePoint& point = points()[found.point];
  found.reasons = reasons(point.run);
  found.reasons.push_back({FindingKind::delay, point.run.summary.delay_p99, max_delay});
  found.reasons.push_back({FindingKind::age, point.run.summary.age_p99, max_delay});
  found.warnings = warned(point);
  found.today = warned(points()[0]);
  return found;
}

}  // namespace metabatch
