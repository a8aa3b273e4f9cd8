// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/store_run.hpp"

#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace metabatch::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kStatusEveryMs = 250;
constexpr auto kSameRequest = std::chrono::milliseconds(50);  // `timeout` and wrappers pass a signal on twice
constexpr auto kRepeatMessageAfter = std::chrono::seconds(10);
constexpr std::size_t kNotificationRing = 4096;  // chunks that a slow stdout may be behind

/// Says failed flushes: the first of its kind at once, the same one at most every 10 s, and when it is over.
class FailureReports {
 public:
  explicit FailureReports(Console& console) : console_(console) {}

  void tell(const engine::FlushRecord& flush) {
    if (flush.failure == FailureClass::none) {
      if (failing_.erase(flush.lane) > 0 && failing_.empty()) {  // the last one that failed
        console_.message("writing again, after " + with_commas(failures_) +
                         (failures_ == 1 ? " failure" : " failures"));
        failures_ = 0;
        last_.clear();
      }
      if (flush.fates.quarantined > 0)
        console_.message(counted(flush.fates.quarantined, "value") + " refused and set aside" +
                         (flush.message.empty() ? std::string() : ": " + flush.message));
      return;
    }
    ++failures_;
    failing_.insert(flush.lane);
    const auto now = SteadyClock::now();
    if (flush.message == last_ && now - told_ < kRepeatMessageAfter) return;
    last_ = flush.message;
    told_ = now;
    const bool is_lost = flush.fates.discarded > 0;
    console_.message("a flush failed (" + std::string(name_of(flush.failure)) + "): " + flush.message + "; " +
                     with_commas(flush.entries) + (flush.entries == 1 ? " entry is " : " entries are ") +
                     (is_lost ? "discarded" : "kept"));
  }

 private:
  Console& console_;
  std::uint64_t failures_ = 0;
  std::set<std::size_t> failing_;  // lanes
  std::string last_;
  SteadyClock::time_point told_;
};

/// Prints payloads on a thread of its own: a stdout that blocks holds up nobody.
class NotificationPrinter {
 public:
  NotificationPrinter(engine::Notifier& notifier, Console& console)
      : ring_(std::make_shared<engine::NotificationRing>(kNotificationRing)),
        subscription_(notifier.subscribe(ring_)),
        thread_([this, &console] { print(console); }) {}
  ~NotificationPrinter() { finish(); }

  /// Waits until what was sent is printed, for as long as stdout takes.
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

/// The threads of one session: this one watches, one feeds, and at the end one closes the lanes and waits for what
/// is still to be printed, so that a second signal is heard to the very end.
class Session {
 public:
  Session(engine::Lanes& lanes, NotificationPrinter* printer, service::UnwrittenStore* unwritten_store, Console& console)
      : lanes_(lanes), printer_(printer), unwritten_(unwritten_store), console_(console), began_(SteadyClock::now()) {}

  SessionResult run(const Feed& feed, const Watch& watch) {
    feeder_ = std::thread([&] {
      if (load_unwritten()) feed(lanes_, stop_);
      is_fed_ = true;
      progress_.wake();
    });
    while (!is_drained_ || !is_fed_) {  // while the feeder waits for its reader a second signal is still heard
      wait();
      hear_signals();
      if (is_fed_) begin_close();
      if (console_.is_live() && !is_drained_) console_.status(watch(lanes_.snapshot(), elapsed()));
    }
    feeder_.join();
    closer_.join();
    if (unwritten_ != nullptr) unwritten_->save(lanes_);
    console_.clear_status();
    return {lanes_.snapshot(), elapsed(), is_stopping_, is_failed_};
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

  void hear_signals() {
    if (signals_.take() == 0) return;
    if (is_stopping_) leave_at_once();
    is_stopping_ = true;
    stop_.request();
    begin_close();
    std::this_thread::sleep_for(kSameRequest);
    (void)signals_.take();
    console_.message("stopping: writing what is held; once more leaves at once");
  }

  void begin_close() {
    if (closer_.joinable()) return;
    closer_ = std::thread([this] {
      lanes_.close();
      if (printer_ != nullptr) printer_->finish();
      is_drained_ = true;
      progress_.wake();
    });
  }

  [[noreturn]] void leave_at_once() {
    const std::uint64_t held = lanes_.snapshot().counters.held();
    console_.message("left at once: " + with_commas(held) + (held == 1 ? " entry was" : " entries were") +
                     " not known to be written");
    std::_Exit(exit_interrupted);
  }

  engine::Lanes& lanes_;
  NotificationPrinter* printer_;  // or none
  service::UnwrittenStore* unwritten_;     // or none
  Console& console_;
  const SteadyClock::time_point began_;
  Signals signals_;
  Stop stop_;
  WakePipe progress_;
  std::thread feeder_;
  std::thread closer_;
  std::atomic<bool> is_fed_ = false;
  std::atomic<bool> is_drained_ = false;
  bool is_stopping_ = false;
  bool is_failed_ = false;
};

}  // namespace

std::optional<SessionResult> run_session(const SessionOptions& options, Console& console, const Feed& feed,
                                         const Watch& watch) {
  engine::Notifier notifier;
  std::optional<NotificationPrinter> printer;
  if (options.print_notifications) printer.emplace(notifier, console);
  const Result<Config> config = validated(options.config);
  if (!config) {
    console.message(describe(config.error(), options.config));
    return std::nullopt;
  }
  std::vector<std::unique_ptr<engine::Store>> owned;
  std::vector<engine::Store*> stores;
  const sql::StoreOptions store_options = {.config = *config,
                                   .register_missing = options.register_missing,
                                   .notifier = &notifier,
                                   .on_alarm = [&](const std::string& text) { console.message(text); },
                                   .on_notice = [&](const std::string& text, bool is_debug) {
                                     if (!is_debug) console.message(text);
                                   }};
  for (std::size_t writer = 0; writer < options.writers; ++writer) {
    owned.push_back(options.database.make_store(store_options));
    stores.push_back(owned.back().get());
  }
  FailureReports failures(console);
  engine::EngineOptions engine_options;
  engine_options.on_flush = [&](const engine::FlushRecord& flush) { failures.tell(flush); };
  engine_options.on_drop = [&](std::uint64_t dropped) {
    console.message("no room: " + counted(dropped, "update") + " dropped since the last word");
  };
  auto lanes = engine::Lanes::create(*config, stores, std::move(engine_options));
  if (!lanes) {
    console.message(engine::describe(lanes.error(), options.config, options.writers));
    return std::nullopt;
  }
  return Session(**lanes, printer ? &*printer : nullptr, options.unwritten_store, console).run(feed, watch);
}

}  // namespace metabatch::cli
