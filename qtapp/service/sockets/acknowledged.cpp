// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/acknowledged.hpp"

#include <linux/tcp.h>  // <netinet/tcp.h>, which Asio includes, has a shorter tcp_info
#include <netinet/in.h>
#include <sys/socket.h>

namespace metabatch::service {

std::uint64_t acknowledged_bytes(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace metabatch::service
