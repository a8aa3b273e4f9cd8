// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/wait.h>

/// SIGSTOP to a child of this process. Returns when it has stopped: a signal takes effect some time
/// after it was sent.
inline void stop_process(pid_t pid) {
  siginfo_t stopped{};
  ::kill(pid, SIGSTOP);
  ::waitid(P_PID, static_cast<id_t>(pid), &stopped, WSTOPPED);
}
