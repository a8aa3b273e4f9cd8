// SPDX-License-Identifier: Apache-2.0
#include "support/processes/nginx_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/net/free_port.hpp"

namespace metabatch::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

NginxProcess::NginxProcess(std::size_t workers, const std::string& http, Place place)
    : place_(std::move(place)), port_(free_port()) {
  char folder[] = "/tmp/metabatch-nginx-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return;
  folder_ = folder;
  write_config(workers, http);
  start();
}

void NginxProcess::start() {
  if (is_running()) return;
  const Visit visit = place_.visit();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setpgid(0, 0);  // with its workers
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) ::dup2(null, stream);
    const std::string config = folder_ + "/nginx.conf";
    for (const char* const program : {"/usr/sbin/nginx", "nginx"})
      ::execlp(program, "nginx", "-p", folder_.c_str(), "-c", config.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::setpgid(pid_, pid_);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!answers()) {
    std::this_thread::sleep_for(5ms);
    if (::waitpid(pid_, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < end) continue;
    pid_ = -1;
    return;
  }
}

void NginxProcess::signal_all(int number) const {
  if (is_running()) ::kill(-pid_, number);
}

void NginxProcess::kill() {
  signal_all(SIGKILL);
  if (is_running()) ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

NginxProcess::~NginxProcess() {
  kill();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void NginxProcess::write_config(std::size_t workers, std::string http) const {
  if (const std::size_t at = http.find("PORT"); at != std::string::npos) http.replace(at, 4, std::to_string(port_));
  std::ofstream config(folder_ + "/nginx.conf");
  config << "daemon off; pid nginx.pid; error_log stderr crit; worker_processes " << workers << ";\n"
         << "events { worker_connections 4096; }\nhttp {\n  access_log off; keepalive_timeout 600; "
            "keepalive_requests 1000000000;\n";
  for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    config << "  " << kind << "_temp_path " << kind << ";\n";
  config << http << "}\n";
}

bool NginxProcess::answers() const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  const bool is_there = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return is_there;
}

}  // namespace metabatch::test
