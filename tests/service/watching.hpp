// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "service/stage.hpp"

/// The time that `./dev soak` sets; otherwise one round.
inline std::chrono::seconds soak() {
  return std::chrono::seconds(qEnvironmentVariableIntValue("METABATCH_SOAK_SECONDS"));
}

/// A watcher that shows the newest received array.
class Watching {
 public:
  Watching(const Stage& stage, const Stage::Agent& agent)
      : client_(std::make_unique<Client>(stage.port(), 0, std::chrono::seconds(60) + soak())) {
    client_->send(request("GET", agent.path("watch-metadata"), stage.watch_token));
    client_->until("\r\n\r\n");
  }
  /// Waits for an array that contains this.
  bool sees(const std::string& words) {
    for (;;) {
      const std::string one = client_->until("\n\n");
      if (one.find(words) != std::string::npos) return true;
      if (!one.ends_with("\n\n")) return false;
    }
  }

 private:
  std::unique_ptr<Client> client_;
};
