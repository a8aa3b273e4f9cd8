// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace metabatch::service {

/// Bytes that the other side's machine has taken since the connection began: grows while somebody
/// reads there, and stands still soon after nobody does.
///
/// @shape socket: of TCP; 0 where the kernel does not say
/// @source tcp(7), TCP_INFO; RFC 4898 tcpEStatsAppHCThruOctetsAcked
std::uint64_t acknowledged_bytes(int socket);

}  // namespace metabatch::service
