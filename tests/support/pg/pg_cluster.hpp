// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/net/place.hpp"

namespace metabatch::test {

/// A private PostgreSQL cluster of one test. initdb makes it in a short temporary folder; it is
/// reached through a unix socket there, runs as a direct child of the test (as `nobody` when the
/// test is root) and is removed with it. It trusts everybody and has the superuser `postgres`, no
/// fsync, deadlock_timeout 50 ms, UTF8 and the C.UTF-8 collation.
///
/// Start and stop it from the main thread only, because the server ends when the thread that
/// started it ends. A failure ends the test (qFatal).
class PgCluster {
 public:
  enum class Stop { fast, immediate, kill };

  /// @shape settings: lines of postgresql.conf; initdb: further arguments
  explicit PgCluster(std::vector<std::string> settings = {}, std::vector<std::string> initdb = {});
  /// A standby of a cluster that runs, fed by streaming; not started yet.
  ///
  /// @shape place, port: as use_place() takes them, unless the port is 0
  static std::unique_ptr<PgCluster> standby_of(const PgCluster& primary, Place place = {}, int port = 0);
  /// Becomes one in its own folder; what it had is gone. It is stopped, and not started again. When
  /// the primary listens on TCP, it is fed over TCP.
  void become_standby_of(const PgCluster& primary);
  ~PgCluster();
  PgCluster(const PgCluster&) = delete;
  PgCluster& operator=(const PgCluster&) = delete;

  /// Starts the server and waits until it accepts connections.
  void start();
  /// Starts it and does not wait.
  void launch();
  /// Ends it and waits for its end. kill: SIGKILL to the server and all its children, as in a
  /// crash.
  void stop(Stop how = Stop::fast);
  void restart(Stop how = Stop::fast) {
    stop(how);
    start();
  }
  /// SIGSTOP to the server and all its children, and SIGCONT.
  void freeze() const;
  void thaw() const;
  /// Another port than 5432, from the next start on, so that servers on TCP do not collide.
  void use_port(int port);
  /// From the next start on, its disk is full while the file is_full() exists, even when the test
  /// runs as root.
  void use_disk_that_can_be_full() { has_such_disk_ = true; }
  [[nodiscard]] std::string is_full() const { return folder_ + "/is_full"; }
  /// Runs there from the next start on, listens on TCP too, and trusts everybody who comes.
  void use_place(Place place, int port);
  /// Appends lines to postgresql.conf; they take effect at the next start.
  void configure(const std::vector<std::string>& settings);
  /// Replaces pg_hba.conf; takes effect at reload().
  void authenticate(std::string_view hba);
  void reload() const;

  /// `host=... port=5432 user=postgres dbname=postgres`
  [[nodiscard]] std::string address(std::string_view user = "postgres", std::string_view database = "postgres") const;
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }  ///< of the socket; the data are in data()
  [[nodiscard]] std::string data() const { return folder_ + "/data"; }
  [[nodiscard]] std::string log() const;  ///< everything that the server has logged
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_running() const { return pid_ > 0; }

 private:
  struct Unmade {};
  explicit PgCluster(Unmade);  // an empty folder
  void configure_place();
  std::string folder_;
  Place place_;
  bool has_tcp_ = false;
  int port_ = 5432;
  pid_t pid_ = -1;
  bool has_such_disk_ = false;
};

/// The folder of the server's programs: METABATCH_PG_BIN or the newest one where Debian puts them.
std::string pg_bin();

/// Starts a program as a direct child that ends with the test: as `nobody` when the test is root,
/// with stdout and stderr appended to `log`.
pid_t spawn(const std::vector<std::string>& arguments, const std::string& log);
/// Waits for the end of a child; its exit status, or -1 after a signal.
int wait_for(pid_t pid);
/// Gives a path to the user that spawn() uses.
void give_away(const std::string& path);

}  // namespace metabatch::test
