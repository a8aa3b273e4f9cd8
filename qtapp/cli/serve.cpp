// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <charconv>
#include <memory>
#include <thread>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/database.hpp"
#include "cli/results.hpp"
#include "cli/stop.hpp"
#include "service/service.hpp"
#include "service/systemd.hpp"

namespace metabatch::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kStuckAfter = std::chrono::seconds(60);  // beyond the interval, with entries held and no flush tried

struct ServeFlags {
  DatabaseFlag database;
  SettingsFlags settings;
  std::size_t writers = 1;
  std::string listen = "127.0.0.1:7280";
  std::size_t threads = 0;
  std::size_t max_connections = service::HttpLimits{}.connections;
  std::size_t max_body_bytes = service::HttpLimits{}.body_bytes;
  std::vector<std::string> allowed_hosts;
  std::string tls_certificate, tls_key, watch_token_file;
  std::string token_refresh = "5m";
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string log_format = "logfmt";
  std::string config_file;
  bool print_config = false;

  /// As if nothing had been given, to be parsed into anew; the parser keeps the addresses.
  void reset() {
    for (auto& [setting, text] : settings.given) text.reset();
    const ServeFlags fresh;
    watch_token_file = fresh.watch_token_file;
    token_refresh = fresh.token_refresh;
  }
};

service::ServerOptions server_options(const ServeFlags& flags) {
  service::ServerOptions options;
  const std::size_t colon = flags.listen.rfind(':');
  std::string address = flags.listen.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : flags.listen.substr(colon + 1);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (port.empty() || read.ec != std::errc() || read.ptr != port.data() + port.size())
    throw UsageError("--listen: '" + flags.listen + "' is not ADDRESS:PORT, e.g. 127.0.0.1:7280 or [::1]:7280");
  if (flags.tls_certificate.empty() != flags.tls_key.empty()) throw UsageError("--tls-cert and --tls-key go together");
  options.address = address;
  options.threads = flags.threads;
  options.allowed_hosts = flags.allowed_hosts;
  options.tls_certificate = flags.tls_certificate;
  options.tls_key = flags.tls_key;
  options.limits.connections = flags.max_connections;
  options.limits.body_bytes = flags.max_body_bytes;
  return options;
}

Duration refresh_of(const ServeFlags& flags) {
  const Duration refresh = duration_of("--token-refresh", flags.token_refresh);
  if (refresh < std::chrono::seconds(1)) throw UsageError("--token-refresh: at least 1s");
  return refresh;
}

service::ServiceOptions service_options(const ServeFlags& flags) {
  if (!is_metric_prefix(flags.metric_prefix)) throw UsageError("--metric-prefix: letters, digits, _ and : only");
  service::ServiceOptions options{.config = flags.settings.config(), .database = flags.database.database()};
  options.writers = flags.writers;
  options.server = server_options(flags);
  options.watch_token_file = flags.watch_token_file;
  options.token_refresh = refresh_of(flags);
  options.metric_prefix = flags.metric_prefix;
  options.version = QCoreApplication::applicationVersion().toStdString();
  return options;
}

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

/// Whether the flush loop lives: while entries are held, flushes are tried.
class FlushWatch {
 public:
  bool is_alive(const engine::Snapshot& snapshot) {
    const std::uint64_t tried = snapshot.metrics.flushes.total_flushes() + snapshot.metrics.flushes.total_failures();
    const auto now = SteadyClock::now();
    if (tried != tried_ || snapshot.counters.held() == 0) moved_ = now;
    tried_ = tried;
    return now - moved_ < snapshot.config.interval + kStuckAfter;
  }

 private:
  std::uint64_t tried_ = 0;
  SteadyClock::time_point moved_ = SteadyClock::now();
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
        app_(app),
        console_(console),
        log_(flags.log_format == "json" ? service::Log::Form::json : service::Log::Form::logfmt) {}

  int run() {
    const service::ServiceOptions options = service_options(flags_);
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
  void until_ended() {
    const auto watchdog = service::watchdog_interval();
    const int wait_ms = watchdog ? static_cast<int>(std::max<std::int64_t>(watchdog->count() / 2000, 1)) : -1;
    for (;;) {
      pollfd watched{.fd = calls_.fd(), .events = POLLIN, .revents = 0};
      ::poll(&watched, 1, wait_ms);
      while (const auto call = calls_.next()) {
        if (*call == Calls::Kind::end) return;
        reload();
      }
      if (watchdog && flush_watch_.is_alive(service_->snapshot())) service::notify_manager("WATCHDOG=1");
    }
  }

  /// Files and environment are read anew; flags stay. All of it or nothing.
  void reload() {
    service::notify_manager("RELOADING=1");
    std::string wrong;
    try {
      std::vector<std::string> arguments;
      for (const QString& one : QCoreApplication::arguments().mid(1)) arguments.push_back(one.toStdString());
      arguments = layered_arguments(*app_.get_parent(), arguments, current_environment());
      flags_.reset();
      app_.get_parent()->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
      wrong = service_->change({flags_.settings.config(), refresh_of(flags_), flags_.watch_token_file});
    } catch (const CLI::ParseError& error) {
      wrong = error.what();
    } catch (const UsageError& error) {
      wrong = error.what();
    }
    if (wrong.empty())
      log_.info("reloaded");
    else
      log_.error("not reloaded, everything stays as it was", {{"reason", wrong}});
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
    log_.info("stopped", {{"offered", std::to_string(counters.offered)},
                          {"written", std::to_string(counters.written)},
                          {"dropped", std::to_string(counters.dropped())},
                          {"unmatched", std::to_string(counters.unmatched)},
                          {"held", std::to_string(counters.held())}});
    RunResult result;
    result.summary = summarize(counters, end.snapshot.metrics, 0, end.snapshot.uptime);
    return is_incomplete(result) ? exit_incomplete : exit_ok;
  }

  ServeFlags& flags_;
  CLI::App& app_;
  Console& console_;
  service::Log log_;
  Calls calls_;  // before any thread
  FlushWatch flush_watch_;
  std::unique_ptr<service::Service> service_;
};

std::string config_text(const ServeFlags& flags) {
  const service::ServiceOptions options = service_options(flags);
  const Result<Config> config = validated(options.config);
  if (!config) throw UsageError(describe(config.error(), options.config));
  std::string text = "# as it would run, without secrets\n";
  const auto add = [&text](std::string_view key, const std::string& value) {
    text.append(key).append(" = \"").append(value).append("\"\n");
  };
  add("db", options.database.postgres() != nullptr ? options.database.shown() : "sqlite:" + options.database.shown());
  add("listen", flags.listen);
  add("writers", std::to_string(flags.writers));
  add("batch-size", std::to_string(config->batch_size));
  add("interval", format_duration(config->interval));
  add("queue", std::string(name_of(config->queue)));
  add("queue-capacity", std::to_string(config->queue_capacity));
  add("queue-bytes", std::to_string(config->queue_bytes));
  add("schedule", std::string(name_of(config->schedule)));
  add("ties", std::string(name_of(config->ties)));
  add("on-failure", std::string(name_of(config->on_failure)));
  add("final-flush-timeout", format_duration(config->final_flush_timeout));
  add("max-payload-bytes", std::to_string(config->max_payload_bytes));
  add("channel", config->channel);
  add("token-refresh", format_duration(options.token_refresh));
  add("watch-token-file", flags.watch_token_file);
  add("tls-cert", flags.tls_certificate);
  add("tls-key", flags.tls_key);
  add("metric-prefix", flags.metric_prefix);
  add("max-connections", std::to_string(flags.max_connections));
  add("max-body-bytes", std::to_string(flags.max_body_bytes));
  return text;
}

int serve(ServeFlags& flags, CLI::App& app, Console& console) {
  if (flags.print_config) {
    console.data(config_text(flags));
    return console.finish_data() ? exit_ok : exit_failed;
  }
  const service::ServiceOptions options = service_options(flags);
  if (!is_usable({.config = options.config, .database = options.database, .writers = flags.writers}, console))
    return exit_failed;
  return Serving(flags, app, console).run();
}

void add_flags(CLI::App& app, ServeFlags& flags) {
  flags.database.add_to(app);
  app.add_option("--listen", flags.listen, "where to serve (127.0.0.1:7280); port 0: any that is free")
      ->type_name("ADDRESS:PORT");
  app.add_option("--watch-token-file", flags.watch_token_file, "tokens that may watch every agent, one a line")
      ->type_name("FILE");
  app.add_option("--token-refresh", flags.token_refresh, "how often agents and tokens are read (5m)")
      ->type_name("TIME");
  app.add_option("--allowed-host", flags.allowed_hosts,
                 "a name that the Host header may hold, beside localhost and IPs")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--tls-cert", flags.tls_certificate, "certificate chain, PEM")->type_name("FILE");
  app.add_option("--tls-key", flags.tls_key, "its key, PEM")->type_name("FILE");
  app.add_option("--threads", flags.threads, "threads that serve connections (processors, at most 4)")->type_name("N");
  app.add_option("--max-connections", flags.max_connections, "connections at once, watchers included (20000)")
      ->type_name("N");
  app.add_option("--max-body-bytes", flags.max_body_bytes, "of one report (1048576)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{2} << 20));
  app.add_option("--metric-prefix", flags.metric_prefix, "before every metric (coderd_agentapi_)")->type_name("TEXT");
  app.add_option("--log-format", flags.log_format, "logfmt or json, on stderr (logfmt)")
      ->check(CLI::IsMember({"logfmt", "json"}));
  app.add_flag("--print-config", flags.print_config, "print the settings as they would be, without secrets, and end");
  app.add_option("--config", flags.config_file, "TOML file with flags (metabatch/config.toml in your config folder)")
      ->type_name("FILE");
  flags.settings.add_to(app);
  add_writers(app, flags.writers);
}

}  // namespace

Command add_serve(CLI::App& program) {
  const auto flags = std::make_shared<ServeFlags>();
  CLI::App* const app =
      program.add_subcommand("serve", "Serve the agent API, watch streams and /metrics, and batch into a database");
  add_flags(*app, *flags);
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
