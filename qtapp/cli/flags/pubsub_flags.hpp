// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pubsub/pubsub_settings.hpp"

namespace CLI {
class App;
}

namespace metabatch::cli {

/// `--pubsub` and the flags of NATS: where notifications go and come from.
struct PubsubFlags {
  std::string address = "database";
  std::string subject;
  std::string credentials;
  std::string ca;
  std::string certificate;
  std::string key;

  void add_to(CLI::App& command);
  /// @errors throws UsageError that names the flag. It repeats no part of the address, because that
  ///         may contain a password
  [[nodiscard]] pubsub::PubsubSettings settings() const;
};

}  // namespace metabatch::cli
