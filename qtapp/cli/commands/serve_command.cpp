// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <algorithm>
#include <memory>
#include <thread>

#include "cli/commands/commands.hpp"
#include "cli/commands/store_session.hpp"
#include "cli/flags/layered_arguments.hpp"
#include "cli/flags/serve_flags.hpp"
#include "cli/report/results.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/flush_watchdog.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "engine/clock.hpp"
#include "service/service.hpp"
#include "service/systemd.hpp"

namespace metabatch::cli {
namespace {

constexpr std::int64_t kSuppressedMs = 10'000;  // between two reports of suppressed log lines
constexpr int kHurryMs = 20;

/// SIGINT, SIGTERM and SIGHUP as a descriptor that can be read. They are blocked in every thread
/// that starts later.
class SignalQueue {
 public:
  enum class Kind { terminate, interrupt, reload };
  SignalQueue() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~SignalQueue() { ::close(fd_); }
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  std::optional<Kind> next() {
    signalfd_siginfo received{};
    if (::read(fd_, &received, sizeof received) != sizeof received) return std::nullopt;
    if (received.ssi_signo == SIGHUP) return Kind::reload;
    return received.ssi_signo == SIGINT ? Kind::interrupt : Kind::terminate;
  }

 private:
  int fd_ = -1;
};

/// Libraries write to stderr on their own; their lines go to the log, in its format.
service::Log* message_log = nullptr;
void log_message(QtMsgType, const QMessageLogContext&, const QString& text) {
  if (message_log != nullptr)
    message_log->limited(service::Log::Level::warning, "message of a library", {{"text", text.toStdString()}});
}

/// Each connection needs a descriptor.
void raise_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Serving {
 public:
  Serving(ServeFlags& flags, CLI::App& app)
      : flags_(flags),
        as_run_(flags),
        app_(app),
        log_(flags.log_format == "json" ? service::Log::Form::json : service::Log::Form::logfmt) {
    message_log = &log_;
    ::qInstallMessageHandler(log_message);
  }
  ~Serving() {
    ::qInstallMessageHandler(nullptr);
    message_log = nullptr;
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  int run() {
    service::ServiceOptions options = flags_.options();
    if (!is_database_usable(options.database)) return exit_failed;
    if (!open_spool()) return exit_failed;
    options.unwritten_store = spool_.get();
    raise_descriptors();
    auto started = service::Service::start(options, log_);
    if (const std::string* const wrong = std::get_if<std::string>(&started)) return fail(*wrong);
    service_ = std::get<0>(std::move(started));
    const service::ListenAddress& listen = options.server.listen;
    log_.info("serving", {{"address", listen.unix_path.empty() ? listen.address : service::shown(listen)},
                          {"port", std::to_string(service_->port())},
                          {"metrics_port", std::to_string(service_->metrics_port())},
                          {"tls", options.server.tls.certificate.empty() ? "off" : "on"},
                          {"database", options.database.shown()}});
    service::notify_manager("READY=1");
    until_ended();
    return stop();
  }

 private:
  int fail(const std::string& reason) {
    log_.error("cannot serve", {{"reason", reason}});
    return exit_failed;
  }

  /// The program waits for a server that is away: at boot the server may start later than this
  /// program. Any other failure needs an operator.
  bool is_database_usable(const sql::Database& database) {
    const auto wrong = database.check();
    if (!wrong) return true;
    const bool is_file = database.postgres() == nullptr;
    if (wrong->failure != (is_file ? FailureClass::timeout : FailureClass::connection)) {
      fail(wrong->message);
      return false;
    }
    log_.warn("waiting for the database", {{"reason", wrong->message}});
    return true;
  }

  bool open_spool() {
    if (flags_.spool.empty()) return true;
    auto opened =
        Spool::open(flags_.spool, [this](Spool::Event event, const std::string& text) { on_spool(event, text); });
    if (const std::string* const wrong = std::get_if<std::string>(&opened)) {
      fail(*wrong);
      return false;
    }
    spool_ = std::get<0>(std::move(opened));
    return true;
  }

  void on_spool(Spool::Event event, const std::string& text) {
    using enum Spool::Event;
    switch (event) {
      case loaded: return log_.info("spool loaded", {{"text", text}});
      case damaged: return log_.error("spool damaged", {{"text", text}});
      case waiting: return log_.warn("spool waiting", {{"text", text}});
      case stored: return log_.warn("spooled", {{"text", text}});
      case not_stored: return log_.error("not spooled", {{"text", text}});
    }
  }

  void until_ended() {
    const auto watchdog = service::watchdog_interval();
    const std::int64_t beat_ms = watchdog ? std::max<std::int64_t>(watchdog->count() / 2000, 1) : kSuppressedMs;
    const int wait_ms = static_cast<int>(std::min(beat_ms, kSuppressedMs));
    for (;;) {
      pollfd watched{.fd = signals_.fd(), .events = POLLIN, .revents = 0};
      ::poll(&watched, 1, wait_ms);
      while (const auto signal = signals_.next()) {
        if (*signal != SignalQueue::Kind::reload) return;
        reload();
      }
      log_.log_suppressed();
      if (watchdog && is_flushing()) service::notify_manager("WATCHDOG=1");
    }
  }

  bool is_flushing() {
    const engine::Snapshot snapshot = service_->snapshot();
    const auto& flushes = snapshot.metrics.flushes;
    // What repeats its row is taken by the same loop, and needs no flush.
    const std::uint64_t tried = flushes.total_flushes() + flushes.total_failures() + snapshot.counters.unchanged;
    return flush_watch_.is_alive(tried, snapshot.counters.held(), snapshot.config.interval,
                                 engine::system_clock().now());
  }

  /// Reads files and environment again; flags stay. Changes everything or nothing.
  void reload() {
    service::notify_manager("RELOADING=1");
    std::string wrong, left;
    try {
      std::vector<std::string> arguments;
      for (const QString& one : QCoreApplication::arguments().mid(1)) arguments.push_back(one.toStdString());
      arguments = layered_arguments(*app_.get_parent(), arguments, current_environment());
      flags_.reset();
      app_.get_parent()->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
      left = flags_.changed_beyond_reload(as_run_);
      wrong = service_->change(
          {flags_.settings.config(), flags_.refresh(), flags_.watch_token_file, flags_.metrics_token_file});
    } catch (const CLI::ParseError& error) {
      wrong = error.what();
    } catch (const UsageError& error) {
      wrong = error.what();
    }
    if (wrong.empty()) log_.info("reloaded");
    if (wrong.empty() && !left.empty()) log_.warn("needs a restart, stays as it was", {{"settings", left}});
    if (!wrong.empty()) log_.error("not reloaded, everything stays as it was", {{"reason", wrong}});
    service::notify_manager("READY=1");
  }

  /// A repeated SIGTERM is the same request, because a supervisor may signal the process and its
  /// group. Only a second SIGINT, a moment after the first signal, is a request to leave at once.
  int stop() {
    service::notify_manager("STOPPING=1");
    log_.info("stopping", {{"held", std::to_string(service_->snapshot().counters.held())}});
    const auto began = std::chrono::steady_clock::now();
    WakePipe stopped;
    service::ServiceEnd end;
    std::thread stopper([&] {
      end = service_->stop();
      stopped.wake();
    });
    pollfd watched[] = {{.fd = stopped.fd(), .events = POLLIN, .revents = 0},
                        {.fd = signals_.fd(), .events = POLLIN, .revents = 0}};
    bool is_hurried = false;
    while (watched[0].revents == 0) {
      ::poll(watched, 2, is_hurried ? kHurryMs : -1);
      while (const auto signal = signals_.next())
        is_hurried |=
            *signal == SignalQueue::Kind::interrupt && std::chrono::steady_clock::now() - began >= kSameRequest;
      if (is_hurried) service_->hurry();  // buffered entries still go to the spool
    }
    stopper.join();
    return is_hurried ? left_at_once(end) : status_of(end);
  }

  int left_at_once(const service::ServiceEnd& end) {
    log_.error("left at once", {{"not_known_to_be_written", std::to_string(end.snapshot.counters.held())},
                                {"spooled", std::to_string(end.snapshot.counters.spooled)}});
    return exit_interrupted;
  }

  int status_of(const service::ServiceEnd& end) {
    const Counters& counters = end.snapshot.counters;
    log_.log_suppressed(true);
    log_.info("stopped", {{"offered", std::to_string(counters.offered)},
                          {"written", std::to_string(counters.written)},
                          {"dropped", std::to_string(counters.dropped())},
                          {"unmatched", std::to_string(counters.unmatched)},
                          {"spooled", std::to_string(counters.spooled)},
                          {"held", std::to_string(counters.held())}});
    RunResult result;
    result.summary = summarize(counters, end.snapshot.metrics, 0, end.snapshot.uptime);
    return is_incomplete(result) ? exit_incomplete : exit_ok;
  }

  ServeFlags& flags_;
  const ServeFlags as_run_;
  CLI::App& app_;
  service::Log log_;
  SignalQueue signals_;  // before any thread
  FlushWatch flush_watch_{engine::system_clock().now()};
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<service::Service> service_;
};

int serve(ServeFlags& flags, CLI::App& app, Console& console) {
  if (flags.print_config) {
    console.data(flags.config_text());
    return console.finish_data() ? exit_ok : exit_failed;
  }
  const service::ServiceOptions options = flags.options();
  check_writers({.config = options.config, .database = options.database, .writers = flags.writers});
  return Serving(flags, app).run();
}

}  // namespace

Command add_serve(CLI::App& program) {
  const auto flags = std::make_shared<ServeFlags>();
  CLI::App* const app =
      program.add_subcommand("serve", "Serve the agent API, watch streams and /metrics, and batch into a database");
  flags->add_to(*app);
  app->footer(
      "Agents:     POST /api/v2/workspaceagents/me/metadata, with their token in the header Coder-Session-Token,\n"
      "            or GET /api/v2/workspaceagents/me/rpc?version=2.N (WebSocket, yamux, dRPC)\n"
      "Watchers:   GET /api/v2/workspaceagents/ID/watch-metadata (server-sent events), .../watch-metadata-ws, "
      ".../metadata\n"
      "Operators:  GET /metrics, /healthz, /readyz\n"
      "A report that is answered 204 is in memory and is written within the interval while the database\n"
      "answers. It survives SIGTERM (written, else spooled with --spool), but not SIGKILL or a power failure.\n"
      "503 and 429: not everything was taken, try again after Retry-After.\n"
      "SIGHUP reads files again: settings, tokens, certificate. SIGTERM writes what is buffered, then ends\n"
      "with 0, or with 3 when updates were dropped, unmatched or not written.\n\n"
      "Examples:\n"
      "  metabatch agents add --key cpu --key mem && metabatch serve\n"
      "  metabatch serve --db postgres://metabatch@localhost/coder --watch-token-file tokens --writers 2\n"
      "  metabatch serve --db postgres://metabatch@localhost/coder --relay https://coder.example.com\n"
      "  metabatch serve --print-config");
  return {app, [flags, app](Console& console) { return serve(*flags, *app, console); }};
}

}  // namespace metabatch::cli
