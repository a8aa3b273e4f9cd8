// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "sql/postgres/connection/pg_address.hpp"

namespace metabatch::gui {

/// While it lives, no file can grow beyond this size, the demo's database included.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit full{bytes, m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

 private:
  rlimit m_before{};
};

/// A server that accepts connections like PostgreSQL and never answers.
class SilentServer {
 public:
  SilentServer() : m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, qPrintable(m_folder.filePath(".s.PGSQL.5432")), sizeof address.sun_path);
    if (::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) qFatal("bind");
    if (::listen(m_socket, 64) != 0) qFatal("listen");
  }
  ~SilentServer() { ::close(m_socket); }
  [[nodiscard]] sql::PgAddress address() const {
    return std::get<sql::PgAddress>(
        sql::PgAddress::parse("host=" + m_folder.path().toStdString() + " user=x dbname=x connect_timeout=2"));
  }
  /// Waits until a client has connected; false: none did in this time.
  [[nodiscard]] bool waitForAClient(int milliseconds) const {
    pollfd waiting{m_socket, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) == 1;
  }

 private:
  const QTemporaryDir m_folder{"/tmp/silent-XXXXXX"};  // short, because the path of a socket is
  const int m_socket;
};

/// Sends a signal to a process and all its descendants.
inline void signalFamily(pid_t parent, int signal) {
  for (const QString& process : QDir("/proc").entryList(QDir::Dirs)) {
    QFile file("/proc/" + process + "/stat");
    if (!file.open(QIODevice::ReadOnly)) continue;
    const QByteArrayList words = file.readAll().split(')').last().trimmed().split(' ');  // state, parent, ...
    if (words.size() > 1 && words[1].toInt() == parent) ::kill(process.toInt(), signal);
  }
  ::kill(parent, signal);
}

}  // namespace metabatch::gui
