// SPDX-License-Identifier: Apache-2.0
// The fault simulation as a program, for long runs:
//
//     fault_simulation                      30 s of machine time, from a seed of the clock
//     fault_simulation --seconds 3600       an hour
//     fault_simulation --seed 42            one run, again
//     fault_simulation --engine             the engine with its threads instead of the machine of core
//
// Prints what it did, and the seed of the first run that found something. Exit status: 0 nothing
// found, 1 found, 2 usage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "faults/simulation.hpp"

namespace {

using metabatch::faults::Result;
using metabatch::faults::Subject;

struct Asked {
  double seconds = 30;
  std::optional<std::uint64_t> seed;
  Subject subject = Subject::batcher;
};

std::optional<Asked> read(int count, char** arguments) {
  Asked asked;
  for (int i = 1; i < count; ++i) {
    const bool has_value = i + 1 < count;
    if (std::strcmp(arguments[i], "--engine") == 0) {
      asked.subject = Subject::engine;
    } else if (std::strcmp(arguments[i], "--seconds") == 0 && has_value) {
      asked.seconds = std::atof(arguments[++i]);
    } else if (std::strcmp(arguments[i], "--seed") == 0 && has_value) {
      asked.seed = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      return std::nullopt;
    }
  }
  return asked;
}

}  // namespace

int main(int count, char** arguments) {
  const std::optional<Asked> asked = read(count, arguments);
  if (!asked) {
    std::fprintf(stderr, "usage: fault_simulation [--seconds N | --seed N] [--engine]\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto started = Clock::now();
  const auto fresh = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::uint64_t seed = asked->seed.value_or(fresh), runs = 0, flushes = 0;
  double hours = 0;
  const auto taken = [&] { return std::chrono::duration<double>(Clock::now() - started).count(); };
  do {
    const Result result = metabatch::faults::simulate(seed, asked->subject);
    ++runs;
    flushes += result.flushes;
    hours += metabatch::in_seconds(result.simulated) / 3600;
    if (!result.finding.empty()) {
      std::printf("%s\nReplay: fault_simulation --seed %llu%s\n", result.finding.c_str(),
                  static_cast<unsigned long long>(seed), asked->subject == Subject::engine ? " --engine" : "");
      return 1;
    }
    seed += 0x632BE59BD9B4E019;
  } while (!asked->seed && taken() < asked->seconds);
  std::printf("%llu runs, %.1f hours of virtual time, %llu flushes in %.1f s: nothing found\n",
              static_cast<unsigned long long>(runs), hours, static_cast<unsigned long long>(flushes), taken());
  return 0;
}
