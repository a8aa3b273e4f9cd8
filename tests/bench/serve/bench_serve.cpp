// SPDX-License-Identifier: Apache-2.0
// Load on a real service over loopback. It measures how many reports of 15 keys a second the
// service accepts, how long one waits at half of that, what thousands of watchers cost, and how
// soon an update reaches all of them. The service runs in a process of its own.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "bench/serve/bare_process.hpp"
#include "bench/serve/serve_load.hpp"
#include "bench/serve/serve_process.hpp"
#include "support/processes/nginx_process.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::bench;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr double kWantedRate = 25'000;   // reports a second
constexpr double kWantedShare = 0.8;     // of what a server answers that does nothing
constexpr int kRounds = 5;               // a second of the ceiling and of the service in turn, in one round
constexpr int kBatchOfMany = 20'000;     // entries: with it a flush is due by the interval only
constexpr std::size_t kMostThreads = 4;  // of a service, when no number is given
struct Options {
  int seconds = 5;
  std::size_t connections = 64;
  std::size_t watchers = 10'000;
};

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

double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

/// A server that takes the load of the ceilings, and its rates.
struct Loaded {
  const char* name;
  std::uint16_t port;
  std::vector<double> rates{};  // reports a second, one a round
};

/// The same load on all of them in turn, so that each sees the same machine.
void load_in_turn(std::span<Loaded> servers, const Options& options) {
  std::vector<std::unique_ptr<Senders>> senders;
  for (const Loaded& one : servers) senders.push_back(std::make_unique<Senders>(one.port, options.connections));
  for (int round = 0; round < kRounds * options.seconds; ++round)
    for (std::size_t i = 0; i < servers.size(); ++i) servers[i].rates.push_back(senders[i]->run(0, 1s).rate);
  for (const Loaded& one : servers) std::printf("  %-44s %8.0f reports a second\n", one.name, median(one.rates));
}

/// The median over the rounds of what a server answers beside another one.
double share_of(const Loaded& server, const Loaded& ceiling) {
  std::vector<double> shares;
  for (std::size_t round = 0; round < server.rates.size(); ++round)
    shares.push_back(server.rates[round] / ceiling.rates[round]);
  return median(shares);
}

/// What HTTP costs: the service beside servers that answer every report with 204 and do nothing
/// with it. This load is far more than SQLite writes, so with the default batches of 500 entries
/// one thread of the service writes all the time and takes most of what the requests leave of the
/// processors. The share of HTTP is that of a service whose flushes are due by the interval.
void measure_ceilings(std::uint16_t port, std::uint16_t port_of_interval, const Options& options, Verdicts& verdicts) {
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  const BareProcess bare(threads);
  const test::NginxProcess nginx(threads,
                                 "server { listen 127.0.0.1:PORT backlog=4096; location / { return 204; } }\n");
  std::printf("ceilings: the same reports to servers in turn, a second each, %d rounds\n", kRounds * options.seconds);
  std::vector<Loaded> servers = {{"the service, batches of 500", port},
                                 {"the service, flushes by the interval", port_of_interval},
                                 {"204 by the same library", bare.port()}};
  if (nginx.is_running()) servers.push_back({"nginx `return 204`", nginx.port()});
  load_in_turn(servers, options);
  for (std::size_t ceiling = 2; ceiling < servers.size(); ++ceiling) {
    const double share = share_of(servers[1], servers[ceiling]);
    std::printf("share of %s: %.2f, with batches of 500 %.2f\n", servers[ceiling].name, share,
                share_of(servers[0], servers[ceiling]));
    if (ceiling == 3)
      verdicts.push_back({"share of nginx `return 204`", ">= 0.8", text_of("%.2f", share), share >= kWantedShare});
  }
  if (!nginx.is_running()) verdicts.push_back({"share of nginx `return 204`", ">= 0.8", "no nginx", false});
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

constexpr const char* kUsage =
    "usage: metabatch-bench-serve [--seconds N] [--connections N] [--watchers N]\n\n"
    "Load on `metabatch serve` in a process of its own, over loopback.\n"
    "  --seconds N      of reports at full rate, again at half of it; a fifth of the rounds beside nginx (5)\n"
    "  --connections N  that report (64)\n"
    "  --watchers N     streams (10000)\n";

Options options_of(int argc, char** argv) {
  Options options;
  const CountOption counts[] = {
      {"--seconds", [&](int n) { options.seconds = n; }},
      {"--connections", [&](int n) { options.connections = static_cast<std::size_t>(n); }},
      {"--watchers", [&](int n) { options.watchers = static_cast<std::size_t>(n); }},
  };
  read_options(argc, argv, kUsage, counts);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  raise_file_limit();
  ServeProcess service(argc, argv);
  Verdicts verdicts;
  measure_reports(service.port(), service.pid(), options, verdicts);
  {
    const ServeProcess by_interval(argc, argv, {.batch_size = kBatchOfMany});
    measure_ceilings(service.port(), by_interval.port(), options, verdicts);
  }
  measure_watchers(service.port(), service.pid(), options, verdicts);
  const int status = service.end();
  print(verdicts);
  return status;
}
