// SPDX-License-Identifier: Apache-2.0
// Load on the RPC door of a real service over loopback. It measures how many reports of 15 keys a
// second the service accepts, what an idle connection costs, and what a relay adds to a call. The
// services run in processes of their own.
#include <cstdio>
#include <string>
#include <string_view>

#include "bench/serve/rpc_load.hpp"
#include "bench/serve/serve_process.hpp"

namespace {

using namespace metabatch;
using namespace metabatch::bench;

constexpr double kWantedRate = 20'000;  // reports a second
constexpr double kMostIdle = 40;        // KiB a connection
constexpr double kMostAdded = 0.5;      // ms
constexpr std::string_view kReport = "/coder.agent.v2.Agent/BatchUpdateMetadata";
constexpr std::string_view kOther =
    "/coder.agent.v2.Agent/GetManifest";  // answered with an error, by whom it is answered

struct Options {
  int seconds = 5;
  std::size_t connections = 64;
  std::size_t idle = 5'000;
};

void print(const char* what, const Load& load) {
  std::printf("%-44s %8.0f a second, from due to answered: p50 %7.3f  p99 %7.3f  most %7.3f ms\n", what, load.rate,
              load.due.p50, load.due.p99, load.due.most);
}

void measure_reports(const ServeProcess& service, const Options& options, Verdicts& verdicts) {
  RpcSenders senders(service.port(), options.connections);
  (void)senders.run(kReport, 0, std::chrono::seconds(1));
  const double before = cpu_seconds(service.pid());
  const Load full = senders.run(kReport, 0, std::chrono::seconds(options.seconds));
  const double share = (cpu_seconds(service.pid()) - before) / options.seconds;
  print("reports, as fast as they are answered", full);
  std::printf("  %.0f updates a second, the service takes %.0f %% of a processor\n", full.rate * kKeys, share * 100);
  verdicts.push_back(
      {"reports of 15 keys a second by RPC", ">= 20,000", text_of("%.0f", full.rate), full.rate >= kWantedRate});
  print("reports, at half of the rate", senders.run(kReport, full.rate / 2, std::chrono::seconds(options.seconds)));
}

void measure_idle(const ServeProcess& service, const Options& options, Verdicts& verdicts) {
  const double before = resident_mb(service.pid());
  RpcSenders senders(service.port(), options.idle);
  senders.call_each(kReport);  // a connection that was used
  const double each = (resident_mb(service.pid()) - before) * 1024 / static_cast<double>(options.idle);
  std::printf("%zu idle connections: %.1f KiB each\n", options.idle, each);
  verdicts.push_back({"memory of an idle RPC connection", "< 40 KiB", text_of("%.1f KiB", each), each < kMostIdle});
}

/// The same call at the same pace, to who answers it and through a relay.
void measure_relay(int argc, char** argv, const Options& options, Verdicts& verdicts) {
  ServeProcess plane(argc, argv);
  ServeProcess relay(argc, argv, {.relay_port = plane.port()});
  const std::chrono::seconds duration(options.seconds);
  RpcSenders through(relay.port(), options.connections), direct(plane.port(), options.connections);
  (void)through.run(kOther, 0, std::chrono::seconds(1));
  const double pace = through.run(kOther, 0, duration).rate / 2;
  const Load one = direct.run(kOther, pace, duration), other = through.run(kOther, pace, duration);
  print("another call, to who answers it", one);
  print("another call, through a relay", other);
  const double added = other.due.p50 - one.due.p50;
  verdicts.push_back(
      {"a relay adds (median, at half of its rate)", "< 0.5 ms", text_of("%.3f ms", added), added < kMostAdded});
}

constexpr const char* kUsage =
    "usage: metabatch-bench-rpc [--seconds N] [--connections N] [--idle N]\n\n"
    "Load on the RPC door of `metabatch serve` in processes of their own, over loopback.\n"
    "  --seconds N      of each load (5)\n"
    "  --connections N  that call, one call at a time on each (64)\n"
    "  --idle N         connections of which the memory is measured (5000)\n";

Options options_of(int argc, char** argv) {
  Options options;
  const CountOption counts[] = {
      {"--seconds", [&](int n) { options.seconds = n; }},
      {"--connections", [&](int n) { options.connections = static_cast<std::size_t>(n); }},
      {"--idle", [&](int n) { options.idle = static_cast<std::size_t>(n); }},
  };
  read_options(argc, argv, kUsage, counts);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  raise_file_limit();
  Verdicts verdicts;
  int status = 0;
  {
    ServeProcess service(argc, argv);
    measure_reports(service, options, verdicts);
    measure_idle(service, options, verdicts);
    status = service.end();
  }
  measure_relay(argc, argv, options, verdicts);
  print(verdicts);
  return status;
}
