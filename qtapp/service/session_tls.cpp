// SPDX-License-Identifier: Apache-2.0
#include "service/session.hpp"

namespace metabatch::service {

void serve_tls(Worker& worker, Shared& shared, PlainSocket socket, std::string peer,
               std::shared_ptr<asio::ssl::context> tls) {
  std::make_shared<Session<TlsStream>>(worker, shared, std::move(peer), std::move(socket), *tls)->run(tls);
}

}  // namespace metabatch::service
