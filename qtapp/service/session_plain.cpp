// SPDX-License-Identifier: Apache-2.0
#include "service/session.hpp"

namespace metabatch::service {

void serve_plain(Worker& worker, Shared& shared, PlainSocket socket, std::string peer) {
  std::make_shared<Session<PlainStream>>(worker, shared, std::move(peer), std::move(socket))->run();
}

}  // namespace metabatch::service
