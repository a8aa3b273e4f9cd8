// SPDX-License-Identifier: Apache-2.0
#include "health/health.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/order.hpp"
#include "health/repeats.hpp"

namespace metabatch::health {
namespace {

constexpr Duration kOverdue = std::chrono::seconds(10);        // later than that is stalled
constexpr Duration kShortestWindow = std::chrono::seconds(2);  // below that no rate is judged
constexpr double kBackToBack = 0.8;      // share of the time with a flush in flight that leaves no margin
constexpr double kManyEntries = 0.01;    // share of entries from which unmatched and rows_stale count
constexpr double kNearlyFull = 0.8;      // share of the buffer
constexpr double kQueueIsFilling = 0.5;  // share of the notification queue; PostgreSQL warns from there
constexpr double kMargin = 0.9;          // share of its time that a writer may be busy and still keeps up
constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kGrowsWithin = 86'400;  // s

double number(std::uint64_t count) { return static_cast<double>(count); }

/// The next number of two digits that count: 4,523 -> 4,600. What a rate is above it by chance does
/// not count.
double rounded_up(double wanted) {
  wanted *= 0.995;
  double scale = 1;
  while (wanted / scale > 100) scale *= 10;
  return std::ceil(wanted / scale) * scale;
}

class Judge {
 public:
  explicit Judge(const Facts& facts) : f_(facts), w_(facts.window), c_(facts.window.counters), n_(facts.now) {}

  Assessment judge() {
    out_.start = w_.start;
    out_.span = w_.length;
    add_rates();
    judge_source();
    judge_writing();
    judge_losses();
    if (is_long()) judge_speed();
    judge_failures();
    judge_rows();
    judge_surroundings();
    const bool is_undisturbed = std::all_of(out_.findings.begin(), out_.findings.end(), [](const Finding& finding) {
      return severity_of(finding.code) == Severity::notice;
    });
    if (is_undisturbed) judge_rest();
    insertion_sort(out_.findings,
                   [](const Finding& a, const Finding& b) { return state_of(a.code) < state_of(b.code); });
    add_saved();
    return std::move(out_);
  }

 private:
  [[nodiscard]] double seconds() const { return in_seconds(w_.length); }
  [[nodiscard]] double per_second(std::uint64_t count) const { return seconds() > 0 ? number(count) / seconds() : 0; }
  [[nodiscard]] bool is_long() const { return w_.length >= kShortestWindow; }
  [[nodiscard]] double writers() const { return static_cast<double>(std::max<std::int64_t>(f_.writers, 1)); }
  [[nodiscard]] double interval() const { return in_seconds(f_.config.interval); }
  [[nodiscard]] double batch() const { return static_cast<double>(f_.config.batch_size); }
  [[nodiscard]] double capacity_entries() const {
    return static_cast<double>(n_.capacity_entries > 0 ? n_.capacity_entries : f_.config.queue_capacity);
  }
  [[nodiscard]] double capacity_bytes() const {
    return static_cast<double>(n_.capacity_bytes > 0 ? n_.capacity_bytes : f_.config.queue_bytes);
  }
  [[nodiscard]] double entries_share() const {
    return capacity_entries() > 0 ? number(n_.buffered_entries) / capacity_entries() : 0;
  }
  [[nodiscard]] double bytes_share() const {
    return capacity_bytes() > 0 ? number(n_.buffered_bytes) / capacity_bytes() : 0;
  }
  [[nodiscard]] std::uint64_t completed() const { return c_.written + c_.rows_stale + c_.unmatched + c_.quarantined; }
  /// What came in and asks for a write. What was refused for want of capacity arrived all the same.
  [[nodiscard]] double arrivals_per_s() const { return per_second(c_.offered - c_.stale - c_.unchanged); }

  /// Seconds until the buffer is full at the rate at which it grows. Growth that would take longer
  /// than a day is noise.
  [[nodiscard]] double full_in() const {
    const auto until = [](double used, double capacity, double growth) {
      if (capacity <= 0) return kNever;
      if (used >= capacity) return 0.0;
      return growth > 0 ? (capacity - used) / growth : kNever;
    };
    const double soonest = std::min(until(number(n_.buffered_entries), capacity_entries(), w_.entries_growth_per_s),
                                    until(number(n_.buffered_bytes), capacity_bytes(), w_.bytes_growth_per_s));
    if (soonest > kGrowsWithin) return kNever;
    return soonest;
  }

  Finding& add(Code code, std::array<double, kNumbers> numbers = {}) {
    out_.findings.push_back({code, numbers, FailureClass::none, {}});
    return out_.findings.back();
  }
  void add_failure(Code code, std::array<double, kNumbers> numbers) {
    Finding& finding = add(code, numbers);
    finding.failure = n_.failure;
    finding.detail = n_.failure_detail;
  }

  void add_rates() {
    out_.rates = {per_second(c_.offered),
                  per_second(completed()),
                  per_second(w_.flushes.total_flushes()),
                  per_second(w_.flushes.total_failures()),
                  per_second(w_.flushes.chunks),
                  2 * per_second(w_.reports)};
  }

  void judge_source() {
    if (n_.unreachable_for) add(Code::unreachable, {in_seconds(*n_.unreachable_for)}).detail = n_.unreachable_detail;
  }

  void judge_writing() {
    if (!f_.overdue || *f_.overdue <= kOverdue) return;
    add_failure(
        n_.is_paused ? Code::not_writing_paused : Code::not_writing,
        {in_seconds(*f_.overdue), in_seconds(n_.oldest_age.value_or(*f_.overdue)), number(c_.held()), full_in()});
  }

  void judge_losses() {
    if (c_.dropped_full > 0) {
      const double lost = number(c_.dropped_full);
      if (f_.config.queue == QueuePolicy::fifo)
        add(Code::dropped_fifo, {lost, seconds(), capacity_entries()});
      else if (bytes_share() > entries_share())
        add(Code::dropped_full_bytes, {lost, seconds(), capacity_bytes(), 2 * capacity_bytes()});
      else
        add(Code::dropped_full, {lost, seconds(), capacity_entries(), rounded_up(capacity_entries() + lost)});
    }
    if (c_.dropped_agent_full > 0) {
      const auto capacity = static_cast<double>(f_.config.agent_capacity);
      add(Code::dropped_agent_full, {number(c_.dropped_agent_full), seconds(), capacity, 2 * capacity});
    }
    if (c_.dropped_closed > 0) add(Code::dropped_closed, {number(c_.dropped_closed), seconds()});
    if (c_.discarded > 0) add_failure(Code::discarded, {number(c_.discarded), seconds()});
    if (c_.quarantined > 0) add_failure(Code::quarantined, {number(c_.quarantined), seconds()});
  }

  /// Flushes follow each other without a pause, and entries wait longer than the settings say.
  [[nodiscard]] bool is_behind() const {
    if (n_.input_waits || n_.is_paused || w_.flushes.total_flushes() == 0) return false;
    if (w_.busy_share && *w_.busy_share < kBackToBack) return false;
    const auto grown = static_cast<double>(w_.held_growth);
    const bool grows = grown > batch() * writers() && grown > 0.1 * arrivals_per_s() * seconds();
    // Entries of a fleet whose every key is held already coalesce: nothing grows any more but their
    // age.
    const bool is_late = w_.busy_share && n_.oldest_age && n_.locked_entries == 0 &&
                         *n_.oldest_age > 2 * f_.config.interval + std::chrono::seconds(1);
    return grows || is_late;
  }

  void judge_speed() {
    if (!is_behind()) return;
    const double arrive = arrivals_per_s(), written = per_second(completed());
    const double flush = w_.flush_seconds.value_or(kNotKnown);
    const double wanted = std::min(rounded_up(arrive / writers() * interval()), static_cast<double>(kMaxBatchSize));
    const bool can_grow = wanted > batch() && c_.offered > 0 && mean_batch() > 0.9 * batch();
    if (!can_grow) {
      add(Code::behind_database, {arrive, written, flush});
    } else if (!w_.cost) {
      add(Code::behind_small, {arrive, written, wanted, interval()});
    } else {
      // A writer keeps up with batches of n when flushing them takes less than they take to arrive.
      const double needed = w_.cost->seconds_a_flush + wanted * w_.cost->seconds_an_entry;
      if (needed < kMargin * wanted * writers() / arrive)
        add(Code::behind_batch, {arrive, written, wanted});
      else
        add(Code::behind_database, {arrive, written, flush});
    }
  }
  [[nodiscard]] double mean_batch() const {
    return w_.flushes.total_flushes() == 0 ? 0
                                           : number(w_.flushes.flushed_entries) / number(w_.flushes.total_flushes());
  }

  void judge_failures() {
    const std::uint64_t failed = w_.flushes.total_failures();
    if (n_.failures_in_a_row > 0)
      add_failure(Code::flushes_failing, {number(n_.failures_in_a_row)});
    else if (failed > 0)
      add(Code::flush_failures, {number(failed), number(failed + w_.flushes.total_flushes()), seconds()});
  }

  void judge_rows() {
    const double all = number(completed());
    if (n_.table_emptied) add(Code::table_emptied, {number(c_.unmatched)});
    if (w_.flushes.publish_errors > 0) add(Code::publish_errors, {number(w_.flushes.publish_errors), seconds()});
    if (n_.is_listening == false) add(Code::not_listening);
    if (number(c_.rows_stale) > kManyEntries * all)
      add(Code::rows_stale,
          {number(c_.rows_stale), all, seconds(), n_.clock_behind ? in_seconds(*n_.clock_behind) : kNotKnown});
    if (number(c_.unmatched) > kManyEntries * all && !n_.table_emptied)
      add(Code::unmatched, {number(c_.unmatched), all, seconds()});
    if (n_.locked_entries > 0)
      add(Code::locked, {number(n_.locked_entries), n_.locked_for ? in_seconds(*n_.locked_for) : kNotKnown}).detail =
          n_.locked_since;
    const std::uint64_t ahead = std::max(n_.future_rows, w_.flushes.rows_ahead);
    if (ahead > 0) add(Code::rows_in_future, {number(ahead), in_seconds(n_.future_by)});
  }

  void judge_surroundings() {
    const double share = std::max(entries_share(), bytes_share());
    const bool is_by_bytes = bytes_share() > entries_share();
    if (share >= kNearlyFull && !n_.input_waits)
      add(Code::buffer_nearly_full,
          {share, number(n_.buffered_entries), is_by_bytes ? kNotKnown : capacity_entries(), full_in()});
    if (n_.notify_queue_usage && *n_.notify_queue_usage >= kQueueIsFilling)
      add(Code::notify_queue, {*n_.notify_queue_usage});
    if (n_.is_paused) add(Code::paused, {number(c_.held())});
    if (n_.is_closing) add(Code::closing, {number(c_.held())});
    if (n_.spool_entries > 0) add(Code::spool_waiting, {number(n_.spool_entries)});
  }

  /// Nothing is wrong: what decides when flushes leave.
  void judge_rest() {
    const std::uint64_t flushes = w_.flushes.total_flushes();
    if (!is_long() || f_.config.batch_size <= 0) {
      if (out_.findings.empty()) add(Code::measuring, {seconds()});
      return;
    }
    if (c_.offered == 0) {
      add(Code::idle, {seconds()});
    } else if (flushes == 0) {
      if (out_.findings.empty()) add(Code::measuring, {seconds()});
    } else if (n_.input_waits && w_.busy_share.value_or(0) >= kBackToBack) {
      add(Code::database_decides, {per_second(completed())});
    } else {
      judge_trigger();
    }
    if (const auto repeats = repeats_of(f_.config, c_, w_.flushes); repeats && repeats->is_notable())
      add(repeats->are_left_out ? Code::values_left_out : Code::values_repeat,
          {repeats->share, in_seconds(repeats->within)});
  }

  void judge_trigger() {
    const double arrive = arrivals_per_s() / writers(), flushes = per_second(w_.flushes.total_flushes());
    const double needed = arrive * interval();
    const auto by = [&](Reason reason) { return w_.flushes.flushes[static_cast<std::size_t>(reason)]; };
    if (by(Reason::capacity) > by(Reason::scheduled) && needed > batch()) {
      const double fill = batch() / arrive, wanted = rounded_up(needed);
      if (wanted > static_cast<double>(kMaxBatchSize))
        add(Code::largest_batch, {batch(), fill, interval()});
      else
        add(Code::capacity_decides, {batch(), fill, interval(), wanted, flushes, writers() / interval()});
      return;
    }
    const double entries = per_second(c_.accepted() - c_.coalesced - c_.stale - c_.unchanged);
    const double longer = std::min(2 * interval(), in_seconds(kMaxInterval));
    const double then = std::max(writers() / longer, entries / batch());
    const bool pays = longer > interval() && then < 0.9 * flushes;
    add(Code::interval_decides,
        {entries * interval() / writers(), interval(), batch(), flushes, pays ? longer : 0, pays ? then : 0});
  }

  /// Allowed only where everything that arrived was written or deliberately not written.
  void add_saved() {
    const bool is_undisturbed = std::none_of(out_.findings.begin(), out_.findings.end(), [](const Finding& finding) {
      return state_of(finding.code) <= State::falling_behind || finding.code == Code::rows_stale ||
             finding.code == Code::flushes_failing || finding.code == Code::locked || finding.code == Code::paused;
    });
    const bool is_settled = w_.flushes.total_flushes() > 0 && w_.length >= 2 * f_.config.interval;
    if (!is_undisturbed || !is_settled || c_.unmatched > 0 || w_.reports == 0) return;
    const FlushCounters& flushes = w_.flushes;
    const std::uint64_t sent = flushes.total_flushes() + flushes.total_failures() + flushes.retries + flushes.chunks;
    out_.saved = 1 - number(sent) / (2 * number(w_.reports));
  }

  const Facts& f_;
  const Window& w_;
  const Counters& c_;
  const Now& n_;
  Assessment out_;
};

}  // namespace

Assessment assess(const Facts& facts) { return Judge(facts).judge(); }

bool Assessment::is_blocked() const { return state() == State::stalled && first().numbers[3] == 0; }

std::optional<Config> advised(const Finding& finding, const Config& running) {
  Config config = running;
  const auto whole = [&](std::size_t i) { return static_cast<std::int64_t>(finding.numbers[i]); };
  switch (finding.code) {
    case Code::capacity_decides: config.batch_size = whole(3); break;
    case Code::behind_batch:
    case Code::behind_small: config.batch_size = whole(2); break;
    case Code::dropped_full: config.queue_capacity = std::min(whole(3), kMaxQueueCapacity); break;
    case Code::dropped_full_bytes: config.queue_bytes = std::min(whole(3), kMaxQueueBytes); break;
    case Code::dropped_agent_full: config.agent_capacity = std::min(whole(3), config.queue_capacity); break;
    case Code::dropped_fifo: config.queue = QueuePolicy::coalesce; break;
    case Code::discarded: config.on_failure = OnFailure::retain; break;
    case Code::interval_decides:
      config.interval = Duration(std::llround(finding.numbers[4] * 1e9));
      if (config.interval == Duration{}) return std::nullopt;
      break;
    default: return std::nullopt;
  }
  if (config.queue == QueuePolicy::coalesce && config.queue_capacity < config.batch_size)
    config.queue_capacity = config.batch_size;
  return config == running ? std::nullopt : std::optional(config);
}

}  // namespace metabatch::health
