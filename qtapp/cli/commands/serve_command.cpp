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
#include "cli/terminal/console.hpp"
#include "cli/commands/store_session.hpp"
#include "cli/terminal/flush_watchdog.hpp"
#include "cli/report/results.hpp"
#include "cli/flags/serve_flags.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "engine/clock.hpp"
#include "service/service.hpp"
#include "service/systemd.hpp"

namespace metabatch::cli {
namespace {

constexpr std::int64_t kLookMs = 10'000;  // at what the log left out

/// SIGINT, SIGTERM and SIGHUP as something to read. Blocked in every thread that is started later.
class Calls {
 public:
  enum class Kind { end, reload };
  Calls() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    fd_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Calls() { ::close(fd_); }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  std::optional<Kind> next() {
    signalfd_siginfo heard{};
    if (::read(fd_, &heard, sizeof heard) != sizeof heard) return std::nullopt;
    return heard.ssi_signo == SIGHUP ? Kind::reload : Kind::end;
  }

 private:
  int fd_ = -1;
};

/// Each watcher is a descriptor.
void raise_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Serving {
 public:
  Serving(ServeFlags& flags, CLI::App& app, Console& console)
      : flags_(flags),
        as_run_(flags),
        app_(app),
        console_(console),
        log_(flags.log_format == "json" ? service::Log::Form::json : service::Log::Form::logfmt) {}

  int run() {
    service::ServiceOptions options = flags_.options();
    if (!open_spool()) return exit_failed;
    options.unwritten_store = spool_.get();
    raise_descriptors();
    auto started = service::Service::start(options, log_);
    if (const std::string* const wrong = std::get_if<std::string>(&started)) {
      console_.message(*wrong);
      return exit_failed;
    }
    service_ = std::get<0>(std::move(started));
    log_.info("serving", {{"address", options.server.address},
                          {"port", std::to_string(service_->port())},
                          {"tls", options.server.tls_certificate.empty() ? "off" : "on"},
                          {"database", options.database.shown()}});
    service::notify_manager("READY=1");
    until_ended();
    return stop();
  }

 private:
  bool open_spool() {
    if (flags_.spool.empty()) return true;
    auto opened = Spool::open(flags_.spool, [this](Spool::Event event, const std::string& text) { tell(event, text); });
    if (const std::string* const wrong = std::get_if<std::string>(&opened)) {
      console_.message(*wrong);
      return false;
    }
    spool_ = std::get<0>(std::move(opened));
    return true;
  }

  void tell(Spool::Event event, const std::string& text) {
    using enum Spool::Event;
    switch (event) {
      case taken_in: return log_.info("spool taken in", {{"text", text}});
      case damaged: return log_.error("spool damaged", {{"text", text}});
      case waiting: return log_.warn("spool waiting", {{"text", text}});
      case kept: return log_.warn("spooled", {{"text", text}});
      case not_kept: return log_.error("not spooled", {{"text", text}});
    }
  }

  void until_ended() {
    const auto watchdog = service::watchdog_interval();
    const std::int64_t beat_ms = watchdog ? std::max<std::int64_t>(watchdog->count() / 2000, 1) : kLookMs;
    const int wait_ms = static_cast<int>(std::min(beat_ms, kLookMs));
    for (;;) {
      pollfd watched{.fd = calls_.fd(), .events = POLLIN, .revents = 0};
      ::poll(&watched, 1, wait_ms);
      while (const auto call = calls_.next()) {
        if (*call == Calls::Kind::end) return;
        reload();
      }
      log_.log_suppressed();
      if (watchdog && is_flushing()) service::notify_manager("WATCHDOG=1");
    }
  }

  bool is_flushing() {
    const engine::Snapshot snapshot = service_->snapshot();
    const auto& flushes = snapshot.metrics.flushes;
    return flush_watch_.is_alive(flushes.total_flushes() + flushes.total_failures(), snapshot.counters.held(),
                                 snapshot.config.interval, engine::system_clock().now());
  }

  /// Files and environment are read anew; flags stay. All of it or nothing.
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
      wrong = service_->change({flags_.settings.config(), flags_.refresh(), flags_.watch_token_file});
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

  int stop() {
    service::notify_manager("STOPPING=1");
    log_.info("stopping", {{"held", std::to_string(service_->snapshot().counters.held())}});
    WakePipe stopped;
    service::ServiceEnd end;
    std::thread stopper([&] {
      end = service_->stop();
      stopped.wake();
    });
    pollfd watched[] = {{.fd = stopped.fd(), .events = POLLIN, .revents = 0},
                        {.fd = calls_.fd(), .events = POLLIN, .revents = 0}};
    while (watched[0].revents == 0) {
      ::poll(watched, 2, -1);
      if (watched[1].revents != 0 && calls_.next() == Calls::Kind::end) leave_at_once();
    }
    stopper.join();
    return status_of(end);
  }

  [[noreturn]] void leave_at_once() {
    log_.error("left at once", {{"not_known_to_be_written", std::to_string(service_->snapshot().counters.held())}});
    std::_Exit(exit_interrupted);
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
  Console& console_;
  service::Log log_;
  Calls calls_;  // before any thread
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
  if (!is_usable({.config = options.config, .database = options.database, .writers = flags.writers}, console))
    return exit_failed;
  return Serving(flags, app, console).run();
}

}  // namespace

Command add_serve(CLI::App& program) {
  const auto flags = std::make_shared<ServeFlags>();
  CLI::App* const app =
      program.add_subcommand("serve", "Serve the agent API, watch streams and /metrics, and batch into a database");
  flags->add_to(*app);
  app->footer(
      "Agents:     POST /api/v2/workspaceagents/me/metadata, with their token in the header Coder-Session-Token\n"
      "Watchers:   GET /api/v2/workspaceagents/ID/watch-metadata (server-sent events), .../watch-metadata-ws, "
      ".../metadata\n"
      "Operators:  GET /metrics, /healthz, /readyz\n"
      "SIGHUP reads files anew: settings, tokens, certificate. SIGTERM writes what is held, then ends with 0, or with "
      "3 "
      "where\nupdates were dropped, unmatched or not written.\n\n"
      "Examples:\n"
      "  metabatch agents add --key cpu --key mem && metabatch serve\n"
      "  metabatch serve --db postgres://metabatch@localhost/coder --watch-token-file tokens --writers 2\n"
      "  metabatch serve --print-config");
  return {app, [flags, app](Console& console) { return serve(*flags, *app, console); }};
}

}  // namespace metabatch::cli
