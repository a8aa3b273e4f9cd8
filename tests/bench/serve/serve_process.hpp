// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A service in a process of its own, and what is measured of it.
namespace metabatch::bench {

inline constexpr const char* kWatchToken = "the-watch-token-of-the-bench";

/// A server in a process of its own.
class ServerProcess {
 public:
  /// Reports the port to the parent, and returns when the server has to end.
  using Started = std::function<void(std::uint16_t port)>;

  /// @shape serve: runs in the child; its result is the exit status
  explicit ServerProcess(const std::function<int(const Started&)>& serve);
  ~ServerProcess() { (void)end(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Ends it. Its exit status. Idempotent.
  int end();

 private:
  pid_t pid_ = -1;
  int end_ = -1;
  int status_ = 0;
  std::uint16_t port_ = 0;
};

/// What a service of the bench runs with beside the defaults.
struct ServeSettings {
  std::uint16_t relay_port = 0;  ///< it relays to a plain HTTP port here; 0: it does not
  std::int64_t batch_size = 0;   ///< 0: the default
};

/// metabatch on a SQLite file of its own with the agents of serve_fleet.hpp. Its status is 0 when
/// every report is accounted for.
class ServeProcess : public ServerProcess {
 public:
  ServeProcess(int argc, char** argv, const ServeSettings& settings = {});
};

double resident_mb(pid_t pid);
double cpu_seconds(pid_t pid);  ///< of a processor

/// One line of the final table: the bound, and the measurement.
struct Verdict {
  std::string what, wanted, measured;
  bool is_met;
};
using Verdicts = std::vector<Verdict>;

std::string text_of(const char* format, double value);
/// With the load of the machine below it.
void print(const Verdicts& verdicts);

/// An option that takes a whole number above 0.
struct CountOption {
  std::string_view name;
  std::function<void(int)> set;
};
/// Reads the arguments of a bench, pairs of name and number. Ends the program with the usage where
/// it is asked for, and where an argument is wrong.
void read_options(int argc, char** argv, const char* usage, std::span<const CountOption> options);

/// As many open files as this process may have.
void raise_file_limit();

}  // namespace metabatch::bench
