// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "metabatch/time.hpp"
#include "service/http/http.hpp"
#include "service/rpc/relay_address.hpp"

namespace metabatch::service {

/// A WebSocket to the control plane, opened in the name of an agent. Belongs to one thread; it
/// lives until its end, or until nobody holds it and nothing is being read or written.
class RpcUpstream {
 public:
  struct Events {
    std::function<void(std::string_view)> bytes;  ///< answers read()
    std::function<void()> written;                ///< answers write()
    std::function<void()> ended;                  ///< by the other side; nothing follows
  };
  virtual ~RpcUpstream() = default;
  virtual void begin(Events events) = 0;
  virtual void read() = 0;
  /// One message; the next one after `written`.
  virtual void write(std::string bytes) = 0;
  /// Closes the connection, as agents do. No event follows.
  virtual void end() = 0;
};

/// What an agent asked for, to be asked in its name.
struct UpstreamRequest {
  std::string query;  ///< without its `?`
  std::string token;
};

/// How dialling ended: a connection, or what the agent is answered.
struct DialledUpstream {
  std::shared_ptr<RpcUpstream> upstream;
  HttpResponse refusal;
};

/// Where to dial, and with which authorities.
struct RelayTarget {
  RelayAddress address;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: in the clear
};

/// An RelayTarget with the authorities of this system (SSL_CERT_FILE and SSL_CERT_DIR apply).
RelayTarget relay_target(const RelayAddress& address);

/// Opens `/api/v2/workspaceagents/me/rpc` at the control plane. Its refusal is passed on; without
/// an answer within `limit` the agent is answered 502. `done` is called once, on the thread of
/// `context`.
void dial_upstream(boost::asio::io_context& context, const RelayTarget& to, UpstreamRequest request, Duration limit,
                   std::function<void(DialledUpstream)> done);

}  // namespace metabatch::service
