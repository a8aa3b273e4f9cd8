// SPDX-License-Identifier: Apache-2.0
#include "pubsub/pubsub_address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace metabatch::pubsub {
namespace {

constexpr std::string_view kDatabase = "database";
constexpr std::string_view kNatsPort = "4222";
constexpr std::string_view kSubjects = "coder.v1.pubsub.";

/// The part behind `user:password@`. The last `@` counts, so that no part of a password is ever
/// shown.
std::string_view without_user(std::string_view server) {
  const std::size_t at = server.rfind('@');
  return at == std::string_view::npos ? server : server.substr(at + 1);
}

std::optional<std::string> host_problem(std::string_view host_and_port) {
  std::string_view host = host_and_port, port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return "an address in brackets has no end";
    port = host.substr(end + 1);
    host = host.substr(0, end + 1);
    if (!port.empty() && port[0] != ':') return "a port stands behind a colon";
    if (!port.empty()) port.remove_prefix(1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (port.empty()) return "a port is missing behind a colon";
  }
  if (host.empty() || host == "[]") return "a host is missing";
  if (host.find_first_of("/?# \t") != std::string_view::npos) return "a host holds only its name or address";
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_whole = failed == std::errc() && end == port.data() + port.size();
  if (!port.empty() && (!is_whole || number == 0 || number > 65535)) return "a port is a number from 1 to 65535";
  return std::nullopt;
}

std::string with_port(std::string_view scheme, std::string_view user, std::string_view host) {
  std::string url(scheme);
  if (!user.empty()) (url += user) += '@';
  url += host;
  const bool has_port = host.starts_with('[') ? !host.ends_with(']') : host.find(':') != std::string_view::npos;
  if (!has_port) (url += ':') += kNatsPort;
  return url;
}

}  // namespace

std::string PubsubAddress::shown() const {
  std::string text = uses_database ? std::string(kDatabase) : std::string();
  for (const std::string& server : nats_servers) {
    const std::size_t scheme = server.find("://") + 3;
    if (&server == &nats_servers.front())
      (text += uses_database ? "+" : "") += server.substr(0, scheme);
    else
      text += ',';
    text += without_user(std::string_view(server).substr(scheme));
  }
  return text;
}

std::variant<PubsubAddress, std::string> parse_pubsub(std::string_view text) {
  PubsubAddress address;
  if (text == kDatabase) return address;
  if (text.starts_with(std::string(kDatabase) + '+'))
    text.remove_prefix(kDatabase.size() + 1);
  else
    address.uses_database = false;
  std::string_view scheme;
  for (const std::string_view known : {std::string_view("nats://"), std::string_view("tls://")})
    if (text.starts_with(known)) scheme = known;
  if (scheme.empty())
    return std::string("pubsub is `database`, `nats://HOST:PORT`, `tls://HOST:PORT` or `database+nats://HOST:PORT`");
  text.remove_prefix(scheme.size());
  // A password may contain a comma, so the hosts begin behind the last `@`.
  const std::size_t at = text.rfind('@');
  const std::string_view user = at == std::string_view::npos ? std::string_view() : text.substr(0, at);
  if (at != std::string_view::npos) text.remove_prefix(at + 1);
  for (;;) {
    const std::string_view host = text.substr(0, text.find(','));
    if (const auto problem = host_problem(host)) return "the NATS address cannot be read: " + *problem;
    address.nats_servers.push_back(with_port(scheme, user, host));
    if (host.size() == text.size()) return address;
    text.remove_prefix(host.size() + 1);
  }
}

std::string nats_subject(std::string_view channel) {
  std::string subject(kSubjects);
  subject += channel;
  std::replace(subject.begin() + kSubjects.size(), subject.end(), ':', '.');
  return subject;
}

bool is_subject(std::string_view subject) {
  if (subject.empty() || subject.front() == '.' || subject.back() == '.') return false;
  if (subject.find("..") != std::string_view::npos) return false;
  return std::all_of(subject.begin(), subject.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && c != '*' && c != '>';
  });
}

}  // namespace metabatch::pubsub
