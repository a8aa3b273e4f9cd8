// SPDX-License-Identifier: Apache-2.0
// Load on a real service over loopback. It measures how many reports of 15 keys a second the
// service accepts, how long one waits at half of that, what thousands of watchers cost, and how
// soon an update reaches all of them. The service runs in a process of its own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/serve_load.hpp"
#include "service/service.hpp"
#include "sql/agent_credentials.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::bench;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr double kWantedRate = 25'000;  // reports a second
constexpr const char* kWatchToken = "the-watch-token-of-the-bench";

struct Options {
  int seconds = 5;
  std::size_t connections = 64;
  std::size_t watchers = 10'000;
};

/// The service in the child process. It sends its port through the pipe and ends when the parent
/// closes the pipe.
[[noreturn]] void serve(int argc, char** argv, int tell, int end) {
  const QCoreApplication application(argc, argv);
  QTemporaryDir folder;
  const Config defaults;
  service::ServiceOptions options{.config = defaults, .database = sql::Database(folder.filePath("m.db").toStdString())};
  options.watch_token_file = folder.filePath("tokens").toStdString();
  options.server.limits.connections = 100'000;
  options.streams_per_agent = 100'000;
  std::ofstream(options.watch_token_file) << kWatchToken << "\n";
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kKeys; ++i) names.push_back("key_" + std::to_string(i));
  const std::vector<std::string_view> keys(names.begin(), names.end());
  const auto agents = sql::AgentCredentials::of(options.database);
  if (agents->create_table()) fail("database");
  for (std::size_t i = 0; i < kAgents; ++i)
    if (agents->add({agent_number(i), token_number(i)}, keys)) fail("agents");
  service::Log log(service::Log::Form::logfmt);
  auto started = service::Service::start(options, log);
  if (started.index() == 1) fail(std::get<1>(started).c_str());
  const std::uint16_t port = std::get<0>(started)->port();
  if (::write(tell, &port, sizeof port) != sizeof port) fail("pipe");
  char ignored = 0;
  while (::read(end, &ignored, 1) > 0) {
  }
  const auto counters = std::get<0>(started)->stop().snapshot.counters;
  std::printf("service: offered %llu, written %llu, coalesced %llu, dropped %llu, held %llu, %s\n",
              static_cast<unsigned long long>(counters.offered), static_cast<unsigned long long>(counters.written),
              static_cast<unsigned long long>(counters.coalesced), static_cast<unsigned long long>(counters.dropped()),
              static_cast<unsigned long long>(counters.held()), counters.balanced() ? "balanced" : "NOT BALANCED");
  std::fflush(stdout);
  folder.remove();
  std::_Exit(counters.balanced() ? 0 : 1);
}

/// Streams that are read as data arrives.
class Watchers {
 public:
  Watchers(std::uint16_t port, std::size_t count) : poll_(::epoll_create1(EPOLL_CLOEXEC)), has_seen_(count, false) {
    for (std::size_t i = 0; i < count; ++i) {
      sockets_.push_back(connect_to(port));
      const std::string request = "GET /api/v2/workspaceagents/" + format_uuid(agent_number(i % kAgents)) +
                                  "/watch-metadata HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + kWatchToken +
                                  "\r\n\r\n";
      if (::send(sockets_[i], request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, sockets_[i], &event);
    }
  }
  ~Watchers() {
    for (const int socket : sockets_) ::close(socket);
    ::close(poll_);
  }
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  /// The number of streams that have received this by the deadline; returns early when all have.
  std::size_t until_seen(const std::string& words, Clock::time_point deadline) {
    std::fill(has_seen_.begin(), has_seen_.end(), false);
    std::size_t seen = 0;
    while (seen < sockets_.size() && Clock::now() < deadline) {
      epoll_event events[256];
      const int ready = ::epoll_wait(poll_, events, 256, 100);
      for (int i = 0; i < ready; ++i) {
        const std::size_t number = events[i].data.u64;
        const ssize_t got = ::recv(sockets_[number], bytes_, sizeof bytes_, 0);
        if (got <= 0) fail("a stream has ended");
        const std::string_view text(bytes_, static_cast<std::size_t>(got));
        if (has_seen_[number] || text.find(words) == std::string_view::npos) continue;
        has_seen_[number] = true;
        ++seen;
      }
    }
    return seen;
  }

 private:
  int poll_;
  std::vector<int> sockets_;
  std::vector<bool> has_seen_;
  char bytes_[65536];
};

/// Of the service: memory, and seconds of processor time.
double resident_mb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}
double cpu_seconds(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  for (int i = 0; i < 13; ++i) file >> text;
  double user = 0, system = 0;
  file >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// One line of the final table: the bound, and the measurement.
struct Verdict {
  std::string what, wanted, measured;
  bool is_met;
};
using Verdicts = std::vector<Verdict>;

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void print(const char* what, const Quantiles& of) {
  std::printf("  %-44s p50 %8.2f  p99 %8.2f  most %8.2f ms\n", what, of.p50, of.p99, of.most);
}

void print(const Load& load) {
  print("from due to answered", load.due);
  print("  of that the client was late to send", load.late);
  print("  of that the service (kernel's stamp)", load.service);
  print("  of that the client was late to look", load.unlooked);
}

void measure_reports(std::uint16_t port, pid_t pid, const Options& options, Verdicts& verdicts) {
  Senders senders(port, options.connections);
  (void)senders.run(0, 1s);
  const double before = cpu_seconds(pid);
  const Load full = senders.run(0, std::chrono::seconds(options.seconds));
  const double share = (cpu_seconds(pid) - before) / options.seconds;
  std::printf(
      "reports: %.0f a second of %zu keys (%.0f updates a second) on %zu connections, service %.0f %% of a processor\n",
      full.rate, kKeys, full.rate * kKeys, options.connections, share * 100);
  print(full);
  verdicts.push_back(
      {"reports of 15 keys a second", ">= 25,000", text_of("%.0f", full.rate), full.rate >= kWantedRate});
  const double pace = std::min(kWantedRate, full.rate) / 2;
  const Load half = senders.run(pace, std::chrono::seconds(options.seconds));
  std::printf("at half: %.0f a second\n", half.rate);
  print(half);
  const std::string at = " at " + text_of("%.0f", pace) + " a second";
  verdicts.push_back({"p99 from due to answered" + at, "< 20 ms", text_of("%.2f ms", half.due.p99), half.due.p99 < 20});
  verdicts.push_back(
      {"p99 of the service alone" + at, "< 20 ms", text_of("%.2f ms", half.service.p99), half.service.p99 < 20});
}

void measure_watchers(std::uint16_t port, pid_t pid, const Options& options, Verdicts& verdicts) {
  const double without = resident_mb(pid);
  const auto began = Clock::now();
  Watchers watchers(port, options.watchers);
  const std::size_t open = watchers.until_seen("event: data", Clock::now() + 60s);
  const double memory = resident_mb(pid), count = static_cast<double>(options.watchers);
  std::printf("watchers: %zu of %zu have their first array after %.1f s, %.0f MB in all (%.1f KB each)\n", open,
              options.watchers, std::chrono::duration<double>(Clock::now() - began).count(), memory,
              (memory - without) * 1024 / count);
  verdicts.push_back(
      {text_of("memory with %.0f watchers", count), "< 400 MB", text_of("%.0f MB", memory), memory < 400});
  const double before = cpu_seconds(pid);
  (void)watchers.until_seen("nothing", Clock::now() + 10s);
  const double idle = (cpu_seconds(pid) - before) * 10;
  verdicts.push_back(
      {"processor for idle watchers (array every 5 s)", "near nothing", text_of("%.1f %%", idle), idle < 10});
  const int socket = connect_to(port);
  const auto sent = Clock::now();
  for (std::size_t agent = 0; agent < kAgents; ++agent) {
    const std::string request = report_of(agent, "seen by everybody");
    char bytes[512];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0 || ::recv(socket, bytes, sizeof bytes, 0) <= 0)
      fail("report");
  }
  const std::size_t seen = watchers.until_seen("seen by everybody", Clock::now() + 30s);
  const double took = std::chrono::duration<double>(Clock::now() - sent).count();
  std::printf("an update of every agent reached %zu of %zu watchers\n", seen, options.watchers);
  verdicts.push_back({"an update at all watchers (interval 5 s)", "< 6.5 s", text_of("%.2f s", took),
                      seen == options.watchers && took < 6.5});
  ::close(socket);
}

void print(const Verdicts& verdicts) {
  double load[1] = {0};
  (void)::getloadavg(load, 1);
  std::printf("\n%-46s %-14s %-14s\n", "what", "wanted", "measured");
  for (const Verdict& one : verdicts)
    std::printf("%-46s %-14s %-14s %s\n", one.what.c_str(), one.wanted.c_str(), one.measured.c_str(),
                one.is_met ? "met" : "MISSED");
  const unsigned processors = std::thread::hardware_concurrency();
  std::printf("load average %.1f on %u processors, of which this client takes about one%s\n", load[0], processors,
              load[0] > processors + 1.0 ? ": NOT QUIET, so what was missed may be the machine's fault" : "");
}

constexpr const char* kUsage =
    "usage: metabatch-bench-serve [--seconds N] [--connections N] [--watchers N]\n\n"
    "Load on `metabatch serve` in a process of its own, over loopback.\n"
    "  --seconds N      of reports at full rate, and again at half of it (5)\n"
    "  --connections N  that report (64)\n"
    "  --watchers N     streams (10000)\n";

/// Ends the program when there is nothing to measure.
Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i], text = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--help" || name == "-h") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size() && value > 0;
    if (is_number && name == "--seconds")
      options.seconds = value;
    else if (is_number && name == "--connections")
      options.connections = static_cast<std::size_t>(value);
    else if (is_number && name == "--watchers")
      options.watchers = static_cast<std::size_t>(value);
    else {
      std::fprintf(stderr, "%s %s: not an option\n%s", argv[i], text.data(), kUsage);
      std::exit(2);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  int tell[2], end[2];
  if (::pipe(tell) != 0 || ::pipe(end) != 0) fail("pipe");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(end[1]);
    serve(argc, argv, tell[1], end[0]);
  }
  ::close(end[0]);
  std::uint16_t port = 0;
  ::close(tell[1]);
  if (::read(tell[0], &port, sizeof port) != sizeof port) return 1;
  std::this_thread::sleep_for(500ms);  // tokens are read
  Verdicts verdicts;
  measure_reports(port, pid, options, verdicts);
  measure_watchers(port, pid, options, verdicts);
  ::close(end[1]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  print(verdicts);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
