// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/pubsub_flags.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "cli/flags/arguments.hpp"

namespace metabatch::cli {
namespace {

void check_readable(const char* flag, const std::string& file) {
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
    throw UsageError(std::string(flag) + " " + file + ": " + std::strerror(errno));
}

}  // namespace

void PubsubFlags::add_to(CLI::App& command) {
  command
      .add_option("--pubsub", address,
                  "where notifications go and come from: database, nats://HOST:PORT[,HOST:PORT...], tls://..., or "
                  "database+nats://... (database)")
      ->type_name("ADDRESS");
  command.add_option("--nats-subject", subject, "NATS subject (coder.v1.pubsub. and the channel)")->type_name("NAME");
  command.add_option("--nats-creds", credentials, "NATS credentials file")->type_name("FILE");
  command.add_option("--nats-ca", ca, "certificates of the authorities that NATS servers must be certified by")
      ->type_name("FILE");
  command.add_option("--nats-cert", certificate, "certificate of this NATS client; needs --nats-key")
      ->type_name("FILE");
  command.add_option("--nats-key", key, "private key of --nats-cert")->type_name("FILE");
}

pubsub::PubsubSettings PubsubFlags::settings() const {
  auto read = pubsub::parse_pubsub(address);
  if (const auto* const problem = std::get_if<std::string>(&read)) throw UsageError("--pubsub: " + *problem);
  pubsub::PubsubSettings settings{.address = std::get<pubsub::PubsubAddress>(std::move(read)), .subject = subject};
  const bool has_nats_flag =
      !(subject.empty() && credentials.empty() && ca.empty() && certificate.empty() && key.empty());
  if (has_nats_flag && !settings.uses_nats()) throw UsageError("the --nats flags need a NATS address in --pubsub");
  if (!subject.empty() && !pubsub::is_subject(subject))
    throw UsageError("--nats-subject: a subject has no empty part, wildcard, white space or control character");
  if (certificate.empty() != key.empty()) throw UsageError("--nats-cert and --nats-key are given together");
  check_readable("--nats-creds", credentials);
  check_readable("--nats-ca", ca);
  check_readable("--nats-cert", certificate);
  check_readable("--nats-key", key);
  settings.nats.credentials_file = credentials;
  settings.nats.ca_file = ca;
  settings.nats.certificate_file = certificate;
  settings.nats.key_file = key;
  return settings;
}

}  // namespace metabatch::cli
