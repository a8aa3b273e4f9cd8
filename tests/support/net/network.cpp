// SPDX-License-Identifier: Apache-2.0
#include "support/net/network.hpp"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace metabatch::test {
namespace {

constexpr const char* kNetwork = "192.0.2.";  // for documentation (RFC 5737), so never a real one
constexpr const char* kNobody = "02:00:00:00:00:00";

/// Of iproute2, which is not in the PATH of every user.
bool run(const std::string& commands) {
  return std::system(("PATH=$PATH:/usr/sbin:/sbin; { " + commands + "; } >/dev/null 2>&1").c_str()) == 0;
}

void must(const std::string& commands) {
  if (run(commands)) return;
  std::fprintf(stderr, "failed: %s\n", commands.c_str());
  std::abort();
}

bool write(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// A user namespace makes the network namespace ours. The user stays who he is: PostgreSQL refuses
/// root. So the programs that we start get the right to change links as an ambient capability.
bool enter_as_user() {
  const std::string user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  if (!write("/proc/self/setgroups", "deny") || !write("/proc/self/uid_map", user + " " + user + " 1") ||
      !write("/proc/self/gid_map", group + " " + group + " 1"))
    return false;
  __user_cap_header_struct head{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &head, sets) != 0) return false;
  sets[0].inheritable |= 1U << CAP_NET_ADMIN;
  return ::syscall(SYS_capset, &head, sets) == 0 &&
         ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) == 0;
}

std::string port_of(const Place& place) { return "machine" + std::to_string(place.number()); }

void for_both(const Place& one, const Place& other, const std::string& before, const std::string& after) {
  for (const auto& [here, there] : {std::pair(&one, &other), std::pair(&other, &one)}) {
    const Visit visit = here->visit();
    must("ip neighbour " + before + " " + there->address() + after + " dev uplink");
  }
}

}  // namespace

std::unique_ptr<Network> Network::make(std::string& why_not) {
  if (::geteuid() == 0 ? ::unshare(CLONE_NEWNET) != 0 : !enter_as_user()) {
    why_not = std::string("no network namespaces for this user: ") + std::strerror(errno);
    return nullptr;
  }
  if (run("ip link set lo up && ip link add bridge type bridge && ip link set bridge up && bridge link && "
          "ip link add near type veth peer name far && ip link delete near"))
    return std::unique_ptr<Network>(new Network());
  why_not = "a bridge or a pair of devices cannot be made; the commands are in the package iproute2";
  return nullptr;
}

Place Network::add() {
  int network = -1;
  {
    const Visit away(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (::unshare(CLONE_NEWNET) != 0) std::abort();
    network = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  }
  ++count_;
  Place place(count_, kNetwork + std::to_string(count_), network);
  const int inherited = ::dup(network);
  must("ip link add " + port_of(place) + " type veth peer name uplink && ip link set uplink netns /proc/self/fd/" +
       std::to_string(inherited) + " && ip link set " + port_of(place) + " master bridge up");
  ::close(inherited);
  const Visit visit = place.visit();
  must("ip link set lo up && ip address add " + place.address() + "/24 dev uplink && ip link set uplink up");
  return place;
}

/// A port of the bridge that is disabled takes and gives nothing, and both ends stay up.
void Network::cut(const Place& one) { must("bridge link set dev " + port_of(one) + " state 0"); }
void Network::join(const Place& one) { must("bridge link set dev " + port_of(one) + " state 3"); }

/// Each sends to a machine that does not exist.
void Network::cut(const Place& one, const Place& other) {
  for_both(one, other, "replace", std::string(" lladdr ") + kNobody + " nud permanent");
}
void Network::join(const Place& one, const Place& other) { for_both(one, other, "del", ""); }

TcpTable::TcpTable(const Place& where) {
  const Visit visit = where.visit();
  std::ifstream table("/proc/thread-self/net/tcp");
  std::string line;
  std::getline(table, line);  // the names of the columns
  while (std::getline(table, line)) {
    unsigned peer = 0, state = 0;
    unsigned long again = 0;
    if (std::sscanf(line.c_str(), "%*s %*8x:%*x %8x:%*x %x %*x:%*x %*x:%*x %lx", &peer, &state, &again) != 3) continue;
    constexpr unsigned kEstablished = 1, kFinWait1 = 4, kLastAck = 9, kClosing = 11;  // linux: net/tcp_states.h
    repeated = std::max(repeated, again);
    if (state == kFinWait1 || state == kLastAck || state == kClosing) ++unfinished;
    char text[INET_ADDRSTRLEN] = "";
    if (state == kEstablished) peers += std::string(::inet_ntop(AF_INET, &peer, text, sizeof text)) + " ";
  }
}

}  // namespace metabatch::test
