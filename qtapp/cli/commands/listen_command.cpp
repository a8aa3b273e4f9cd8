// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/flags/arguments.hpp"
#include "cli/flags/pubsub_flags.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "engine/clock.hpp"
#include "metabatch/chunks.hpp"
#include "sql/postgres/pg_listener.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kIdsShown = 3;  // on a line for people
constexpr std::size_t kRing = 4096;   // chunks that a slow stdout may be behind

constexpr auto kRepeatReasonAfter = std::chrono::minutes(1);
// PostgreSQL's listener probes by itself.
constexpr std::chrono::milliseconds kNatsProbeEvery = std::chrono::seconds(10);
constexpr std::chrono::milliseconds kNatsProbeAgain = std::chrono::seconds(1);  // it was not connected
constexpr std::chrono::milliseconds kNatsProbeLimit = std::chrono::seconds(1);

struct ListenFlags {
  DatabaseFlag database;
  PubsubFlags pubsub;
  std::string channel = Config{}.channel;
  std::string duration;
  std::string config_file;
  bool json = false;
};

/// The ids of a payload, read leniently: an unreadable id hides no other.
struct PayloadIds {
  explicit PayloadIds(std::string_view payload) {
    ChunkReader reader(payload);
    std::set<Uuid> distinct;
    while (const auto one = reader.next()) {
      if (!one->id)
        ++unreadable;
      else if (distinct.insert(*one->id).second)
        ids.push_back(format_uuid(*one->id));
      else
        ++duplicates;
    }
    if (reader.remainder() > 0) ++unreadable;
  }
  std::vector<std::string> ids;
  std::size_t duplicates = 0;
  std::size_t unreadable = 0;
};

/// Prints notifications on a thread of its own. While stdout blocks, the listener goes on reading:
/// otherwise the notification queue of PostgreSQL would fill up for everybody.
class Printer {
 public:
  Printer(bool json, Console& console) : json_(json), console_(console), thread_([this] { run(); }) {}
  ~Printer() {
    ring_->close();
    thread_.join();
  }
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  [[nodiscard]] sql::PgListenerEvents events() {
    sql::PgListenerEvents events = sql::feeding(ring_);
    events.on_latency = [this](Duration took) { set_latency(took); };
    events.on_resync = [this] { begin(database_); };
    events.on_lost = [this](const sql::DatabaseFailure& why, Duration retry) {
      lost(database_, why.message, "the first time in " + format_duration(retry));
    };
    return events;
  }
  [[nodiscard]] pubsub::NatsSubscriptionEvents nats_events() {
    pubsub::NatsSubscriptionEvents events = pubsub::feeding(ring_);
    events.on_resync = [this] { begin(nats_); };
    const auto on_lost = [this](const std::string& reason) { lost(nats_, "NATS: " + reason, "until it works"); };
    events.on_lost = on_lost;
    events.on_problem = on_lost;
    return events;
  }
  void set_latency(Duration took) { latency_ms_ = std::chrono::duration<double, std::milli>(took).count(); }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  /// Whether the channel was listened to at least once.
  [[nodiscard]] bool has_listened() const { return has_listened_; }
  /// Can be read once printing has failed, or everything is printed.
  [[nodiscard]] int ended_fd() const { return ended_.fd(); }
  /// What is buffered is still printed.
  void end() { ring_->close(); }

 private:
  using Json = nlohmann::ordered_json;
  /// Of one source; its callbacks are one call at a time.
  struct Source {
    bool has_begun = false;
    std::string last_reason;
    std::chrono::steady_clock::time_point said{};
  };
  static std::string now() { return format_wall_time(engine::system_clock().wall_now()); }

  void run() {
    while (const auto one = ring_->next()) {
      if (one->is_marker()) dropped(one->lost);
      if (one->needs_resync())
        resync(!one->is_marker());
      else
        print_payload(one->payload, one->sender);
    }
    ended_.wake();
  }
  void print(const std::string& line) {
    console_.data(line);
    if (console_.finish_data()) return;
    has_failed_ = true;
    ended_.wake();
  }
  void print(const Json& json) { print(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"); }
  void dropped(std::uint64_t lost) {
    if (json_)
      print(Json{{"time", now()}, {"event", "dropped"}, {"lost", lost}});
    else
      console_.message(counted(lost, "notification") + " not printed, stdout is too slow: read everything again");
  }
  void resync(bool is_listening_again) {
    if (json_)
      print(Json{{"time", now()}, {"event", "resync"}});
    else if (is_listening_again)
      console_.message(is_again_ ? "listening again: notifications sent meanwhile are lost, read everything again"
                                 : "listening");
  }
  void begin(Source& source) {
    has_listened_ = true;
    if (std::exchange(source.has_begun, true)) is_again_ = true;
    source.last_reason.clear();
    ring_->push_resync();
  }
  void lost(Source& source, const std::string& reason, const std::string& retry) {
    if (json_)
      print(Json{{"time", now()}, {"event", "lost"}, {"reason", reason}});
    else
      report_lost(source, reason, retry);
  }
  /// The same reason is reported once a minute.
  void report_lost(Source& source, const std::string& reason, const std::string& retry) {
    const auto now = std::chrono::steady_clock::now();
    if (reason == source.last_reason && now < source.said + kRepeatReasonAfter) return;
    source.last_reason = reason;
    source.said = now;
    console_.message("not listening: " + reason + "; trying again, " + retry);
  }
  void print_payload(std::string_view payload, int pid) {
    const PayloadIds read(payload);
    const bool is_nats = pid == pubsub::kNatsSender;
    const double latency = latency_ms_;
    if (json_) {
      Json json = {{"time", now()},
                   {"event", "payload"},
                   {"source", is_nats ? "nats" : "database"},
                   {"pid", is_nats ? Json() : Json(pid)},
                   {"payload_bytes", payload.size()},
                   {"ids", read.ids},
                   {"duplicates", read.duplicates},
                   {"unreadable", read.unreadable},
                   {"latency_ms", nullptr}};
      if (latency >= 0) json["latency_ms"] = latency;
      print(json);
      return;
    }
    std::string text = now() + "  " + counted(payload.size(), "byte") + "  " + counted(read.ids.size(), "id");
    if (read.duplicates > 0) text += ", " + counted(read.duplicates, "duplicate");
    if (read.unreadable > 0) text += ", " + with_commas(read.unreadable) + " unreadable";
    if (is_nats) text += "  by NATS";
    if (latency >= 0) text += "  latency " + seconds_text(latency / 1000);
    text += " ";
    for (std::size_t i = 0; i < std::min(read.ids.size(), kIdsShown); ++i) text += " " + read.ids[i];
    print(text + (read.ids.size() > kIdsShown ? " ...\n" : "\n"));
  }

  const bool json_;
  Console& console_;
  const std::shared_ptr<engine::NotificationRing> ring_ = std::make_shared<engine::NotificationRing>(kRing);
  std::atomic<double> latency_ms_ = -1;
  std::atomic<bool> is_again_ = false;  // a source that was lost is back
  Source database_, nats_;
  std::atomic<bool> has_failed_ = false, has_listened_ = false;
  WakePipe ended_;
  std::thread thread_;
};

/// Waits for a slow reader of stdout. A second Ctrl-C leaves at once; a repeated SIGTERM changes
/// nothing.
void wait_until_printed(Signals& stop_signals, const Printer& printer) {
  (void)stop_signals.take();
  pollfd watched[] = {{.fd = stop_signals.fd(), .events = POLLIN, .revents = 0},
                      {.fd = printer.ended_fd(), .events = POLLIN, .revents = 0}};
  while (watched[1].revents == 0) {
    if (::poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents != 0 && stop_signals.take().interrupts > 0) ::_exit(exit_interrupted);
  }
}

/// Listens where the flags say, as long as it lives.
class Listening {
 public:
  Listening(const ListenFlags& flags, Printer& printer) : printer_(printer) {
    const pubsub::PubsubSettings pubsub = flags.pubsub.settings();
    if (pubsub.address.uses_database) {
      sql::PgListenerOptions options;
      options.address = flags.database.postgres();
      options.channel = flags.channel;
      listener_.emplace(options, printer.events());
    }
    nats_ = pubsub::make_subscription(pubsub, flags.channel, printer.nats_events());
    if (listener_) thread_ = std::thread([this] { listener_->run(); });
  }
  ~Listening() {
    nats_.reset();
    if (!listener_) return;
    listener_->stop();
    thread_.join();
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  /// Waits until one of them can be read, or until the time is up. Meanwhile measures the latency
  /// of NATS.
  void wait(std::span<pollfd> watched, std::optional<std::chrono::steady_clock::time_point> end) {
    using std::chrono::milliseconds;
    for (milliseconds probe_in = kNatsProbeAgain;;) {
      const auto left = [&] { return std::chrono::ceil<milliseconds>(*end - std::chrono::steady_clock::now()); };
      milliseconds wait_for = nats_ ? probe_in : milliseconds(-1);
      if (end) wait_for = std::max(milliseconds(0), nats_ ? std::min(left(), probe_in) : left());
      if (::poll(watched.data(), watched.size(), static_cast<int>(wait_for.count())) > 0) return;
      if (end && left() <= milliseconds(0)) return;
      const auto latency = nats_ ? nats_->measure_latency(kNatsProbeLimit) : std::nullopt;
      if (latency) printer_.set_latency(*latency);
      probe_in = latency ? kNatsProbeEvery : kNatsProbeAgain;
    }
  }

 private:
  Printer& printer_;
  std::optional<sql::PgListener> listener_;
  std::thread thread_;
  std::unique_ptr<pubsub::NatsSubscription> nats_;
};

int listen(const ListenFlags& flags, Console& console) {
  Config config;
  config.channel = flags.channel;
  (void)checked(config);
  std::optional<std::chrono::steady_clock::time_point> end;
  if (!flags.duration.empty()) end = std::chrono::steady_clock::now() + duration_of("--for", flags.duration);
  Printer printer(flags.json, console);
  std::optional<Listening> listening;
  Signals stop_signals;
  listening.emplace(flags, printer);
  pollfd watched[] = {{.fd = stop_signals.fd(), .events = POLLIN, .revents = 0},
                      {.fd = printer.ended_fd(), .events = POLLIN, .revents = 0}};
  listening->wait(watched, end);
  const bool is_interrupted = watched[0].revents != 0;
  listening.reset();
  if (printer.has_failed()) return exit_failed;
  printer.end();
  wait_until_printed(stop_signals, printer);
  if (is_interrupted) return exit_interrupted;
  if (printer.has_failed()) return exit_failed;
  if (!printer.has_listened()) console.message("never listened in " + flags.duration);
  return printer.has_listened() ? exit_ok : exit_failed;
}

}  // namespace

Command add_listen(CLI::App& program) {
  const auto flags = std::make_shared<ListenFlags>();
  CLI::App* const app =
      program.add_subcommand("listen", "Show the notifications of PostgreSQL or NATS as they come, decoded");
  app->add_option("--db", flags->database.given, "postgres://... or keywords of libpq (the PG* variables)")
      ->type_name("URL");
  flags->pubsub.add_to(*app);
  app->add_option("--channel", flags->channel, "channel (workspace_agent_metadata_batch)")->type_name("NAME");
  app->add_option("--for", flags->duration, "how long (until Ctrl-C)")->type_name("TIME");
  app->add_flag("--json", flags->json, "print one JSON object a line, with every id");
  app->add_option("--config", flags->config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  app->footer(
      "Listens again after a restart of the server. The latency is that of the last probe: a\n"
      "notification to itself, or with NATS a round trip to the server.\n"
      "database+nats://... shows what comes by both, without merging.\n"
      "Exit status 1: --for passed, and the channel could never be listened to.\n\n"
      "Examples:\n"
      "  metabatch listen --db postgres://metabatch@localhost/metabatch\n"
      "  metabatch listen --pubsub nats://localhost\n"
      "  metabatch listen --db service=coder --json | jq .ids");
  return {app, [flags](Console& console) { return listen(*flags, console); }};
}

}  // namespace metabatch::cli
