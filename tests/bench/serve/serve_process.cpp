// SPDX-License-Identifier: Apache-2.0
#include "bench/serve/serve_process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

#include "bench/serve/serve_fleet.hpp"
#include "service/service.hpp"
#include "sql/agent_credentials.hpp"

namespace metabatch::bench {
namespace {

int serve(int argc, char** argv, const ServeSettings& settings, const ServerProcess::Started& started_at) {
  const QCoreApplication application(argc, argv);
  QTemporaryDir folder;
  service::ServiceOptions options{.database = sql::Database(folder.filePath("m.db").toStdString())};
  options.watch_token_file = folder.filePath("tokens").toStdString();
  options.server.limits.connections = 100'000;
  options.streams_per_agent = 100'000;
  if (settings.relay_port != 0)
    options.server.relay =
        service::RelayAddress{.host = "127.0.0.1", .port = std::to_string(settings.relay_port), .is_tls = false};
  options.config = validated({.batch_size = settings.batch_size}).value();
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
  started_at(std::get<0>(started)->port());
  const auto counters = std::get<0>(started)->stop().snapshot.counters;
  std::printf("service: offered %llu, written %llu, coalesced %llu, dropped %llu, held %llu, %s\n",
              static_cast<unsigned long long>(counters.offered), static_cast<unsigned long long>(counters.written),
              static_cast<unsigned long long>(counters.coalesced), static_cast<unsigned long long>(counters.dropped()),
              static_cast<unsigned long long>(counters.held()), counters.balanced() ? "balanced" : "NOT BALANCED");
  std::fflush(stdout);
  return counters.balanced() ? 0 : 1;
}

}  // namespace

ServerProcess::ServerProcess(const std::function<int(const Started&)>& serve_in_child) {
  int tell[2], end[2];
  if (::pipe2(tell, O_CLOEXEC) != 0 || ::pipe2(end, O_CLOEXEC) != 0) fail("pipe");
  std::fflush(stdout);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(end[1]);
    const int status = serve_in_child([&](std::uint16_t port) {
      if (::write(tell[1], &port, sizeof port) != sizeof port) fail("pipe");
      char ignored = 0;
      while (::read(end[0], &ignored, 1) > 0) {
      }
    });
    std::fflush(stdout);
    std::_Exit(status);
  }
  ::close(end[0]);
  ::close(tell[1]);
  if (::read(tell[0], &port_, sizeof port_) != sizeof port_) fail("the server does not start");
  ::close(tell[0]);
  end_ = end[1];
}

int ServerProcess::end() {
  if (end_ < 0) return status_;
  ::close(std::exchange(end_, -1));
  int status = 0;
  ::waitpid(pid_, &status, 0);
  return status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

ServeProcess::ServeProcess(int argc, char** argv, const ServeSettings& settings)
    : ServerProcess([&](const Started& started_at) { return serve(argc, argv, settings, started_at); }) {}

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

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
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

void read_options(int argc, char** argv, const char* usage, std::span<const CountOption> options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i], text = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--help" || name == "-h") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size() && value > 0;
    const auto found = std::find_if(options.begin(), options.end(), [&](const auto& one) { return one.name == name; });
    if (found == options.end() || !is_number) {
      std::fprintf(stderr, "%s %s: not an option\n%s", argv[i], text.data(), usage);
      std::exit(2);
    }
    found->set(value);
  }
}

void raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace metabatch::bench
