// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/stop_signals.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>

namespace metabatch::cli {
namespace {

std::atomic<WakePipe*> signal_pipe = nullptr;
std::atomic<std::size_t> interrupts = 0;
std::atomic<std::size_t> typed = 0;

extern "C" void on_signal(int signal, siginfo_t* info, void*) {
  const int kept = errno;
  if (signal == SIGINT) ++interrupts;
  if (signal == SIGINT && info->si_code == SI_KERNEL) ++typed;
  if (WakePipe* const pipe = signal_pipe.load()) pipe->wake();
  errno = kept;
}

void receive(int signal) {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
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
  interrupts = typed = 0;
  receive(SIGINT);
  receive(SIGTERM);
  struct sigaction hangup {};
  ::sigaction(SIGHUP, nullptr, &hangup);
  handles_hangup_ = hangup.sa_handler != SIG_IGN;  // nohup ignores it for its command
  if (handles_hangup_) receive(SIGHUP);
  handle(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) handle(signal, SIG_DFL);
  if (handles_hangup_) handle(SIGHUP, SIG_DFL);
  signal_pipe = nullptr;
}

// The handler counts before it writes to the pipe, so every byte taken here has been counted. A
// signal between the two readings below is counted with a byte that was taken before it; without
// one, its count waits for its own byte.
StopRequests Signals::take() noexcept {
  const std::size_t all = pipe_.take();
  if (all == 0) return {};
  return {all, interrupts.exchange(0), typed.exchange(0)};
}

}  // namespace metabatch::cli
