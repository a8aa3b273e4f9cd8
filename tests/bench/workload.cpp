// SPDX-License-Identifier: Apache-2.0
#include "workload.hpp"

#include <cstdint>
#include <cstdio>

namespace metabatch::bench {
namespace {

constexpr std::string_view kKeyNames[] = {"cpu_usage",      "ram_usage", "home_disk",       "cpu_usage_host",
                                          "mem_usage_host", "load_host", "swap_usage_host", "git_status",
                                          "uptime",         "processes", "net_rx",          "net_tx",
                                          "gpu_usage",      "docker_ps", "ide_version"};

// splitmix64, seeded as the peer does.
struct Numbers {
  std::uint64_t state = 42;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
};

}  // namespace

std::vector<OwnedReport> make_reports(std::size_t agents) {
  Numbers numbers;
  std::vector<OwnedReport> reports(agents);
  for (OwnedReport& report : reports) {
    for (std::size_t half = 0; half < 2; ++half) {
      const std::uint64_t bits = numbers.next();
      for (std::size_t k = 0; k < 8; ++k) report.agent.bytes[half * 8 + k] = static_cast<std::uint8_t>(bits >> (8 * k));
    }
    for (const std::string_view key : kKeyNames) {
      report.key_bytes.emplace_back(key);
      const auto whole = static_cast<unsigned>(numbers.next() % 64);
      const auto fraction = static_cast<unsigned>(numbers.next() % 100);
      char value[32];
      std::snprintf(value, sizeof value, "%u.%02u/64 GiB (%u%%)", whole, fraction,
                    static_cast<unsigned>(numbers.next() % 100));
      report.value_bytes.emplace_back(value);
    }
  }
  for (OwnedReport& report : reports) {  // after the last move of a short string
    report.keys.assign(report.key_bytes.begin(), report.key_bytes.end());
    report.values.assign(report.value_bytes.begin(), report.value_bytes.end());
    report.errors.resize(report.keys.size());
    report.stamps.resize(report.keys.size());
  }
  return reports;
}

}  // namespace metabatch::bench
