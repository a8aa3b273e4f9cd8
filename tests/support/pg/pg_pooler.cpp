// SPDX-License-Identifier: Apache-2.0
#include "support/pg/pg_pooler.hpp"

#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include <QtGlobal>
#include <chrono>
#include <fstream>
#include <thread>

#include "support/pg/pg_cluster.hpp"

namespace metabatch::test {

void PgPooler::start(const std::string& more) {
  std::ofstream settings(folder_ + "/pgbouncer.ini");
  settings << "[databases]\npostgres = host=" << folder_
           << " port=5432 user=postgres\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nunix_socket_dir = " << folder_
           << "\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nserver_login_retry = 1\nlogfile = "
           << folder_ << "/pgbouncer.log\n"
           << more;
  settings.close();
  if (!settings) qFatal("cannot write pgbouncer.ini");
  pid_ = spawn({"/usr/sbin/pgbouncer", "-q", folder_ + "/pgbouncer.ini"}, folder_ + "/pgbouncer.out");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (PQping(address().c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > deadline) qFatal("pgbouncer does not take connections");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void PgPooler::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
  pid_ = -1;
  ::unlink((folder_ + "/.s.PGSQL.6432").c_str());
}

}  // namespace metabatch::test
