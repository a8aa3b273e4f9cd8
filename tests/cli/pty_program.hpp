// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QByteArray>
#include <QElapsedTimer>
#include <cstdlib>
#include <string>
#include <vector>

/// The program on a terminal of its own: all three standard streams are a pseudo terminal.
class PtyProgram {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  explicit PtyProgram(std::vector<std::string> arguments, const Variables& variables = {}) {
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ != 0) return;
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    arguments.insert(arguments.begin(), METABATCH_PROGRAM);
    std::vector<char*> raw;
    for (std::string& one : arguments) raw.push_back(one.data());
    raw.push_back(nullptr);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  ~PtyProgram() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    ::close(terminal_);
  }
  PtyProgram(const PtyProgram&) = delete;
  PtyProgram& operator=(const PtyProgram&) = delete;

  void type(const QByteArray& keys) const { (void)!::write(terminal_, keys.constData(), std::size_t(keys.size())); }
  void signal(int number) const { ::kill(pid_, number); }
  /// Waits until the terminal has shown this.
  bool hasShown(const QByteArray& words) {
    while (!seen_.contains(words))
      if (!readMore()) return false;
    return true;
  }
  /// Reads until the program ends. -2: it was killed by a signal.
  int end() {
    while (readMore()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
  }
  [[nodiscard]] const QByteArray& seen() const { return seen_; }

 private:
  bool readMore() {
    pollfd watched{.fd = terminal_, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, 60'000) <= 0) return false;
    char block[4096];
    const ssize_t got = ::read(terminal_, block, sizeof block);
    if (got > 0) seen_.append(block, got);
    return got > 0;
  }

  int terminal_ = -1;
  pid_t pid_ = 0;
  QByteArray seen_;
};
