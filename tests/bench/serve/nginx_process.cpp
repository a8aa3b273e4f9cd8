// SPDX-License-Identifier: Apache-2.0
#include "bench/serve/nginx_process.hpp"

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

namespace metabatch::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5s;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  (void)::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
  (void)::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

}  // namespace

NginxProcess::NginxProcess(std::size_t workers) : port_(free_port()) {
  char folder[] = "/tmp/metabatch-nginx-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return;
  folder_ = folder;
  write_config(workers);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) ::dup2(null, stream);
    const std::string config = folder_ + "/nginx.conf";
    for (const char* const program : {"/usr/sbin/nginx", "nginx"})
      ::execlp(program, "nginx", "-p", folder_.c_str(), "-c", config.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!answers()) {
    std::this_thread::sleep_for(5ms);
    if (::waitpid(pid_, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < end) continue;
    pid_ = -1;
    return;
  }
}

NginxProcess::~NginxProcess() {
  if (is_running()) {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void NginxProcess::write_config(std::size_t workers) const {
  std::ofstream config(folder_ + "/nginx.conf");
  config << "daemon off; pid nginx.pid; error_log stderr crit; worker_processes " << workers << ";\n"
         << "events { worker_connections 4096; }\nhttp {\n  access_log off; keepalive_timeout 600; "
            "keepalive_requests 1000000000;\n";
  for (const char* const kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    config << "  " << kind << "_temp_path " << kind << ";\n";
  config << "  server { listen 127.0.0.1:" << port_ << " backlog=4096; location / { return 204; } }\n}\n";
}

bool NginxProcess::answers() const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  const bool is_there = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return is_there;
}

}  // namespace metabatch::bench
