// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/stop_signals.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>

namespace metabatch::cli {
namespace {

std::atomic<WakePipe*> signal_pipe = nullptr;

extern "C" void on_signal(int) {
  const int kept = errno;
  if (WakePipe* const pipe = signal_pipe.load()) pipe->wake();
  errno = kept;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() {
  signal_pipe = &pipe_;
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
  struct sigaction hangup {};
  ::sigaction(SIGHUP, nullptr, &hangup);
  hears_hangup_ = hangup.sa_handler != SIG_IGN;  // nohup wants it to go on
  if (hears_hangup_) handle(SIGHUP, on_signal);
  handle(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) handle(signal, SIG_DFL);
  if (hears_hangup_) handle(SIGHUP, SIG_DFL);
  signal_pipe = nullptr;
}

}  // namespace metabatch::cli
