// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace metabatch::pubsub {

/// Where notifications go and come from: the database, NATS, or both.
struct PubsubAddress {
  bool uses_database = true;
  std::vector<std::string> nats_servers{};  ///< URLs, may contain a user and a password; empty: no NATS

  [[nodiscard]] bool uses_nats() const { return !nats_servers.empty(); }
  /// For people: without users and passwords.
  [[nodiscard]] std::string shown() const;
};

/// Parses `database`, `nats://HOST:PORT[,HOST:PORT...]`, `tls://...` or `database+nats://...`.
///
/// A server without a port has 4222. User and password stand before the host and hold for every
/// server that names none: `nats://user:password@a,b`.
///
/// @return or why it is no address, in words that repeat no part of it that may be a secret
std::variant<PubsubAddress, std::string> parse_pubsub(std::string_view text);

/// The NATS subject of a channel, as the origin maps its events: `:` becomes `.`, below
/// `coder.v1.pubsub.`.
std::string nats_subject(std::string_view channel);

/// Whether messages can be published to it: no empty part, no wildcard, no white space or control
/// character.
bool is_subject(std::string_view subject);

}  // namespace metabatch::pubsub
