// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sql/postgres/connection/pg_connection.hpp"

namespace metabatch::sql {

struct PgPublisherOptions {
  PgAddress address;
  std::string channel = "workspace_agent_metadata_batch";
  PgTimeouts timeouts;
  Duration limit = std::chrono::seconds(12);  ///< for one publish() in all, connecting included
};

/// What came of one publish().
struct PublishOutcome {
  std::size_t published = 0;
  std::size_t publish_errors = 0;               ///< chunks that nobody got; all or none
  std::optional<DatabaseFailure> failure = {};  ///< why; 54000: the notification queue is full
};

/// NOTIFY alone, for rows that are written in some other way (PgStore notifies with its own UPDATE). Belongs to one thread, but for
/// cancel().
class PgPublisher {
 public:
  explicit PgPublisher(PgPublisherOptions options);

  /// Sends all the chunks in one transaction and one round trip: listeners get all of them or none. Call it after the commit of
  /// the rows that it is about. Not tried again: where the answer to the commit was lost, it counts as errors though
  /// it may have been heard; to publish again is harmless.
  ///
  /// @shape chunks: each under 8,000 bytes, not empty; more is refused by the server (22023), and all with it
  PublishOutcome publish(std::span<const std::string> chunks);
  /// Ends a publish() that runs. Any thread.
  void cancel() noexcept { connection_.cancel(); }

 private:
  const PgPublisherOptions options_;
  PgConnection connection_;
  std::vector<std::array<PgParameter, 2>> notices_;
  std::vector<PgStep> steps_;
};

}  // namespace metabatch::sql
