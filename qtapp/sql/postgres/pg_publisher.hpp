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
  Duration limit = std::chrono::seconds(12);  ///< for one publish() in total, connecting included
};

/// The result of one publish().
struct PublishOutcome {
  std::size_t published = 0;
  std::size_t publish_errors = 0;               ///< chunks that no listener received; all or none
  std::optional<DatabaseFailure> failure = {};  ///< why; 54000: the notification queue is full
};

/// Sends NOTIFY alone, for rows that are written in another way (PgStore notifies with its own
/// UPDATE). Belongs to one thread, except cancel().
class PgPublisher {
 public:
  explicit PgPublisher(PgPublisherOptions options);

  /// Sends all chunks in one transaction and one round trip, so that listeners receive all of them
  /// or none. Call it after the commit of the rows. It does not retry. When the answer to the
  /// commit is lost, the chunks count as errors although listeners may have received them;
  /// publishing them again is harmless.
  ///
  /// @shape chunks: each under 8,000 bytes, not empty; the server refuses others (22023), and all
  ///        chunks with them
  PublishOutcome publish(std::span<const std::string> chunks);
  /// Ends a running publish(). Any thread.
  void cancel() noexcept { connection_.cancel(); }

 private:
  const PgPublisherOptions options_;
  PgConnection connection_;
  std::vector<std::array<PgParameter, 2>> notices_;
  std::vector<PgStep> steps_;
};

}  // namespace metabatch::sql
