// SPDX-License-Identifier: Apache-2.0
// Load on a real service over loopback: how many reports of 15 keys a second it takes, how long one waits at half of that, what
// thousands of watchers cost, and how soon an update reaches all of them. The service runs in a process of its own.
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
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "service/service.hpp"
#include "sql/agents.hpp"

namespace {

using namespace metabatch;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kAgents = 600;
constexpr std::size_t kKeys = 15;
constexpr const char* kWatchToken = "the-watch-token-of-the-bench";

struct Options {
  int seconds = 5;
  std::size_t connections = 64;
  std::size_t watchers = 10'000;
};

Uuid agent_number(std::size_t number) {
  Uuid id;
  id.bytes = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89};
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

Uuid token_number(std::size_t number) {
  Uuid id = agent_number(number);
  id.bytes[0] = 0xAA;
  return id;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// The service in the child: says its port through the pipe, ends when the pipe of the parent does.
[[noreturn]] void serve(int argc, char** argv, int tell, int end) {
  const QCoreApplication application(argc, argv);
  QTemporaryDir folder;
  const Config defaults;
  service::ServiceOptions options{.config = defaults, .database = sql::Database(folder.filePath("m.db").toStdString())};
  options.watch_token_file = folder.filePath("tokens").toStdString();
  options.server.limits.connections = 100'000;
  std::ofstream(options.watch_token_file) << kWatchToken << "\n";
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kKeys; ++i) names.push_back("key_" + std::to_string(i));
  const std::vector<std::string_view> keys(names.begin(), names.end());
  const auto agents = sql::Agents::of(options.database);
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

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  return socket;
}

std::string report_of(std::size_t agent, const std::string& value) {
  std::string items;
  for (std::size_t key = 0; key < kKeys; ++key)
    items += (key == 0 ? "" : ",") + ("{\"key\":\"key_" + std::to_string(key)) +
             "\",\"collected_at\":\"2026-01-01T00:00:00Z\",\"age\":0,\"value\":\"" + value + "\",\"error\":\"\"}";
  const std::string body = "{\"metadata\":[" + items + "]}";
  return "POST /api/v2/workspaceagents/me/metadata HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " +
         format_uuid(token_number(agent)) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Load {
  double rate = 0;    // reports a second
  double p50_ms = 0;  // from when it was due (paced) or sent
  double p99_ms = 0;
};

/// Kept-alive connections, one report at a time on each; as fast as they are answered, or at a pace.
class Senders {
 public:
  Senders(std::uint16_t port, std::size_t connections) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < connections; ++i) {
      sockets_.push_back(connect_to(port));
      requests_.push_back(report_of(i % kAgents, "12.34 % of something"));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, sockets_[i], &event);
    }
    sent_.resize(connections);
  }
  ~Senders() {
    for (const int socket : sockets_) ::close(socket);
    ::close(poll_);
  }
  Senders(const Senders&) = delete;
  Senders& operator=(const Senders&) = delete;

  /// rate 0: as fast as it goes.
  Load run(double rate, std::chrono::seconds duration) {
    const auto began = Clock::now(), end = began + duration;
    const auto gap = rate > 0 ? std::chrono::duration_cast<Clock::duration>(1s / rate) : Clock::duration::zero();
    std::vector<double> waited;
    std::vector<std::size_t> idle(sockets_.size());
    for (std::size_t i = 0; i < idle.size(); ++i) idle[i] = i;
    Clock::time_point due = began;
    while (Clock::now() < end) {
      while (!idle.empty() && (rate == 0 || due <= Clock::now())) {
        send(idle.back(), rate == 0 ? Clock::now() : due);
        idle.pop_back();
        due += gap;
      }
      epoll_event events[64];
      const int ready = ::epoll_wait(poll_, events, 64, rate > 0 && !idle.empty() ? 0 : 100);
      for (int i = 0; i < ready; ++i) {
        waited.push_back(take(events[i].data.u64));
        idle.push_back(events[i].data.u64);
      }
    }
    for (std::size_t open = sockets_.size() - idle.size(); open > 0;) {
      epoll_event events[64];
      const int ready = ::epoll_wait(poll_, events, 64, 5000);
      if (ready <= 0) break;
      for (int i = 0; i < ready; ++i) (void)take(events[i].data.u64);
      open -= static_cast<std::size_t>(ready);
    }
    std::sort(waited.begin(), waited.end());
    const auto at = [&](double share) {
      return waited[static_cast<std::size_t>(share * static_cast<double>(waited.size() - 1))];
    };
    return {static_cast<double>(waited.size()) / std::chrono::duration<double>(duration).count(), at(0.5), at(0.99)};
  }

 private:
  void send(std::size_t i, Clock::time_point due) {
    sent_[i] = due;
    if (::send(sockets_[i], requests_[i].data(), requests_[i].size(), MSG_NOSIGNAL) < 0) fail("send");
  }
  double take(std::size_t i) {
    char bytes[512];
    if (::recv(sockets_[i], bytes, sizeof bytes, 0) <= 12 || std::memcmp(bytes + 9, "204", 3) != 0) fail("not taken");
    return std::chrono::duration<double, std::milli>(Clock::now() - sent_[i]).count();
  }
  int poll_;
  std::vector<int> sockets_;
  std::vector<std::string> requests_;
  std::vector<Clock::time_point> sent_;
};

/// Streams that are read as they come.
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

  /// How many streams have brought this until the deadline, or all.
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

void measure_reports(std::uint16_t port, pid_t pid, const Options& options) {
  Senders senders(port, options.connections);
  (void)senders.run(0, 1s);
  const double before = cpu_seconds(pid);
  const Load full = senders.run(0, std::chrono::seconds(options.seconds));
  const double share = (cpu_seconds(pid) - before) / options.seconds;
  std::printf(
      "reports: %.0f a second of %zu keys (%.0f updates a second) on %zu connections, p50 %.2f ms, p99 %.2f ms, "
      "service %.0f %% of a processor\n",
      full.rate, kKeys, full.rate * kKeys, options.connections, full.p50_ms, full.p99_ms, share * 100);
  const Load half = senders.run(full.rate / 2, std::chrono::seconds(options.seconds));
  std::printf("at half: %.0f a second, p50 %.2f ms, p99 %.2f ms from when each was due\n", half.rate, half.p50_ms,
              half.p99_ms);
}

void measure_watchers(std::uint16_t port, pid_t pid, const Options& options) {
  const double without = resident_mb(pid);
  const auto began = Clock::now();
  Watchers watchers(port, options.watchers);
  const std::size_t open = watchers.until_seen("event: data", Clock::now() + 60s);
  std::printf("watchers: %zu of %zu have their first array after %.1f s, %.0f MB in all (%.1f KB each)\n", open,
              options.watchers, std::chrono::duration<double>(Clock::now() - began).count(), resident_mb(pid),
              (resident_mb(pid) - without) * 1024 / static_cast<double>(options.watchers));
  const double before = cpu_seconds(pid);
  (void)watchers.until_seen("nothing", Clock::now() + 10s);
  std::printf("idle: %.1f %% of a processor (an array every 5 s, pings)\n", (cpu_seconds(pid) - before) * 10);
  const int socket = connect_to(port);
  const auto sent = Clock::now();
  for (std::size_t agent = 0; agent < kAgents; ++agent) {
    const std::string request = report_of(agent, "seen by everybody");
    char bytes[512];
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0 || ::recv(socket, bytes, sizeof bytes, 0) <= 0)
      fail("report");
  }
  const std::size_t seen = watchers.until_seen("seen by everybody", Clock::now() + 30s);
  std::printf("an update of every agent reached %zu of %zu watchers within %.2f s of the first report (interval 5 s)\n",
              seen, options.watchers, std::chrono::duration<double>(Clock::now() - sent).count());
  ::close(socket);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const long value = std::atol(argv[i + 1]);
    if (name == "--seconds") options.seconds = static_cast<int>(value);
    if (name == "--connections") options.connections = static_cast<std::size_t>(value);
    if (name == "--watchers") options.watchers = static_cast<std::size_t>(value);
  }
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
  measure_reports(port, pid, options);
  measure_watchers(port, pid, options);
  ::close(end[1]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
