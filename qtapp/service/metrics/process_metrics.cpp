// SPDX-License-Identifier: Apache-2.0
#include "service/metrics/process_metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace metabatch::service {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all_pages = 0, resident_pages = 0;
  file >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(folder))
    if (entry->d_name[0] != '.') ++count;
  ::closedir(folder);
  return count - 1;  // the folder itself
}

}  // namespace

void write_process_metrics(PrometheusText& to, double started_at) {
  using enum MetricType;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  to.single("process_start_time_seconds", gauge, "Start time of the process since unix epoch in seconds.", started_at);
  to.single("process_cpu_seconds_total", counter, "Total user and system CPU time spent in seconds.",
            seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  to.single("process_resident_memory_bytes", gauge, "Resident memory size in bytes.", resident_bytes());
  to.single("process_open_fds", gauge, "Number of open file descriptors.", open_descriptors());
  to.single("process_max_fds", gauge, "Maximum number of open file descriptors.",
            static_cast<std::uint64_t>(descriptors.rlim_cur));
}

}  // namespace metabatch::service
