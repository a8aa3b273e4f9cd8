// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/store_run.hpp"

#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "sql/sqlite/sqlite_claim.hpp"

namespace metabatch::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kStatusEveryMs = 250;
constexpr auto kLeavePatience = std::chrono::seconds(3);  // until the running write is cancelled
constexpr auto kLeaveStep = std::chrono::milliseconds(20);
constexpr auto kRepeatMessageAfter = std::chrono::seconds(10);
constexpr std::size_t kNotificationRing = 4096;  // chunks that a slow stdout may be behind

/// Reports failed flushes: a new failure at once, the same one at most every 10 s, and the first
/// success after it.
class FailureReports {
 public:
  explicit FailureReports(Console& console) : console_(console) {}

  void report(const engine::FlushRecord& flush) {
    if (flush.failure == FailureClass::none) {
      if (failing_.erase(flush.lane) > 0 && failing_.empty()) {  // the last one that failed
        console_.message("writing again after " + counted(failures_, "failure"));
        failures_ = 0;
        last_.clear();
      }
      if (flush.fates.quarantined > 0)
        console_.message(counted(flush.fates.quarantined, "value") + " refused by the database and quarantined" +
                         (flush.message.empty() ? std::string() : ": " + flush.message));
      return;
    }
    ++failures_;
    failing_.insert(flush.lane);
    const auto now = SteadyClock::now();
    if (flush.message == last_ && now - reported_ < kRepeatMessageAfter) return;
    last_ = flush.message;
    reported_ = now;
    const bool is_lost = flush.fates.discarded > 0;
    console_.message("a flush failed (" + std::string(name_of(flush.failure)) + "): " + flush.message + "; " +
                     counted(flush.entries, "entry") + (flush.entries == 1 ? " is " : " are ") +
                     (is_lost ? "discarded" : "kept"));
  }

 private:
  Console& console_;
  std::uint64_t failures_ = 0;
  std::set<std::size_t> failing_;  // lanes
  std::string last_;
  SteadyClock::time_point reported_;
};

/// Prints payloads on a thread of its own, so that a blocked stdout delays nobody.
class NotificationPrinter {
 public:
  NotificationPrinter(engine::Notifier& notifier, Console& console)
      : ring_(std::make_shared<engine::NotificationRing>(kNotificationRing)),
        subscription_(notifier.subscribe(ring_)),
        thread_([this, &console] { print(console); }) {}
  ~NotificationPrinter() { finish(); }

  /// Waits until everything is printed, however long stdout takes.
  void finish() {
    ring_->close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void print(Console& console) {
    while (auto one = ring_->next()) {
      if (one->is_marker())
        console.message(counted(one->lost, "notification") + " not printed: stdout is too slow");
      else
        console.data(one->payload + "\n");
      console.finish_data();
    }
  }
  std::shared_ptr<engine::NotificationRing> ring_;
  engine::Notifier::Subscription subscription_;
  std::thread thread_;
};

/// The threads of one session. The session's thread watches signals and draws the status line. The
/// feeder adds updates. The closer closes the lanes and waits for the printer. None of the waits is
/// on the session's thread, so that a second signal is received until the end.
class Session {
 public:
  Session(engine::Lanes& lanes, NotificationPrinter* printer, service::UnwrittenStore* unwritten_store,
          Console& console)
      : lanes_(lanes), printer_(printer), unwritten_(unwritten_store), console_(console), began_(SteadyClock::now()) {}

  SessionResult run(const Feed& feed, const Watch& watch) {
    feeder_ = std::thread([&] {
      if (load_unwritten()) feed(lanes_, stop_);
      is_fed_ = true;
      progress_.wake();
    });
    while (!is_drained_ || !is_fed_) {
      wait();
      on_signals();
      if (is_fed_) begin_close();
      if (console_.is_live() && !is_drained_) console_.status(watch(lanes_.snapshot(), elapsed()));
    }
    feeder_.join();
    closer_.join();
    if (unwritten_ != nullptr) unwritten_->save(lanes_);
    console_.clear_status();
    return {.snapshot = lanes_.snapshot(),
            .elapsed = elapsed(),
            .is_interrupted = is_stopping_,
            .flush_times = {},
            .is_failed = is_failed_};
  }

 private:
  bool load_unwritten() {
    const std::string wrong = unwritten_ != nullptr ? unwritten_->load(lanes_) : "";
    is_failed_ = !wrong.empty();
    if (is_failed_ && !stop_.is_requested()) console_.message(wrong);
    return wrong.empty();
  }
  [[nodiscard]] Duration elapsed() const { return SteadyClock::now() - began_; }

  void wait() {
    pollfd watched[] = {{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                        {.fd = progress_.fd(), .events = POLLIN, .revents = 0}};
    ::poll(watched, 2, console_.is_live() ? kStatusEveryMs : -1);
    progress_.take();
  }

  void on_signals() {
    const StopRequests first = signals_.take();
    if (first.all == 0) return;
    if (is_stopping_) {
      if (first.interrupts > 0) leave_at_once();
      return;
    }
    is_stopping_ = true;
    stop_.request();
    begin_close();
    // A forwarded SIGINT right after the first is the same request. Only a terminal shows that a
    // key was pressed twice.
    std::this_thread::sleep_for(kSameRequest);
    if (first.typed + signals_.take().typed > 1) leave_at_once();
    console_.message("stopping: writing what is buffered; a second Ctrl-C leaves at once");
  }

  void begin_close() {
    if (closer_.joinable()) return;
    closer_ = std::thread([this] {
      lanes_.close();
      is_closed_ = true;
      progress_.wake();
      if (printer_ != nullptr) printer_->finish();
      is_drained_ = true;
      progress_.wake();
    });
  }

  /// Without a spool there is nothing to wait for. With one, the lanes must have closed and the
  /// feeder must have ended. Only then nobody else uses the updates and the file.
  [[noreturn]] void leave_at_once() {
    if (unwritten_ != nullptr && is_abandoned_in_time()) unwritten_->save(lanes_);
    const std::uint64_t held = lanes_.snapshot().counters.held();
    console_.message("left at once: " + (held == 0 ? "nothing was lost"
                                                   : counted(held, "entry") + (held == 1 ? " was" : " were") +
                                                         " not known to be written"));
    std::_Exit(exit_interrupted);
  }

  bool is_abandoned_in_time() {
    const auto deadline = SteadyClock::now() + kLeavePatience;
    while ((!is_closed_ || !is_fed_) && SteadyClock::now() < deadline) {
      lanes_.abandon();
      std::this_thread::sleep_for(kLeaveStep);
    }
    return is_closed_ && is_fed_;
  }

  engine::Lanes& lanes_;
  NotificationPrinter* printer_;        // or none
  service::UnwrittenStore* unwritten_;  // or none
  Console& console_;
  const SteadyClock::time_point began_;
  Signals signals_;
  Stop stop_;
  WakePipe progress_;
  std::thread feeder_;
  std::thread closer_;
  std::atomic<bool> is_fed_ = false;
  std::atomic<bool> is_closed_ = false;  // the lanes
  std::atomic<bool> is_drained_ = false;
  bool is_stopping_ = false;
  bool is_failed_ = false;
};

/// The stores of the lanes, and what they publish with.
struct Stores {
  std::unique_ptr<pubsub::NatsPublisher> publisher;  // none: only the database notifies. Outlives the stores
  std::vector<std::unique_ptr<engine::Store>> owned{};
  std::vector<engine::Store*> all{};
};

Stores open_stores(const SessionOptions& options, engine::Notifier& notifier, Console& console) {
  const ValidConfig& config = options.config;
  Stores stores{.publisher = pubsub::make_publisher(options.pubsub, config->channel, {})};
  const sql::StoreOptions store_options = {.config = config,
                                           .register_missing = options.register_missing,
                                           .notifier = &notifier,
                                           .on_alarm = [&](const std::string& text) { console.message(text); },
                                           .on_notice =
                                               [&](const std::string& text, bool is_debug) {
                                                 if (!is_debug) console.message(text);
                                               }};
  for (std::size_t writer = 0; writer < options.writers; ++writer) {
    stores.owned.push_back(pubsub::with_publisher(options.database.make_store(store_options), stores.publisher.get(),
                                                  options.pubsub, static_cast<std::size_t>(config->max_payload_bytes),
                                                  &notifier));
    if (options.gate != nullptr) stores.owned.back() = options.gate->guard(std::move(stores.owned.back()));
    stores.all.push_back(stores.owned.back().get());
  }
  return stores;
}

}  // namespace

std::optional<SessionResult> run_session(const SessionOptions& options, Console& console, const Feed& feed,
                                         const Watch& watch) {
  engine::Notifier notifier;
  std::optional<NotificationPrinter> printer;
  if (options.print_notifications) printer.emplace(notifier, console);
  std::unique_ptr<sql::SqliteClaim> claim;
  if (const std::string wrong = sql::SqliteClaim::take(options.database, options.config, claim); !wrong.empty()) {
    console.message(wrong);
    return std::nullopt;
  }
  if (const Duration suppressed = options.config->suppress_unchanged; suppressed > Duration{})
    console.message("values that did not change are not written again for " + format_duration(suppressed) +
                    "; this assumes that no other process writes these rows");
  const Stores stores = open_stores(options, notifier, console);
  FailureReports failures(console);
  engine::EngineOptions engine_options;
  FlushTimes flush_times;
  engine_options.on_flush = [&](const engine::FlushRecord& flush) {
    flush_times.record(flush);
    failures.report(flush);
  };
  engine_options.on_drop = [&](std::uint64_t dropped) {
    console.message("the buffer is full: " + counted(dropped, "update") + " dropped since the last report");
  };
  const auto lanes = engine::Lanes::create(options.config, stores.all, std::move(engine_options)).value();
  SessionResult result =
      Session(*lanes, printer ? &*printer : nullptr, options.unwritten_store, console).run(feed, watch);
  result.flush_times = flush_times.figures();
  return result;
}

}  // namespace metabatch::cli
