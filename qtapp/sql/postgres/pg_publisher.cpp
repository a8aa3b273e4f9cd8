// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_publisher.hpp"

#include <utility>

#include "sql/postgres/connection/pg_statements.hpp"

namespace metabatch::sql {

PgPublisher::PgPublisher(PgPublisherOptions options)
    : options_(std::move(options)), connection_(options_.address, options_.timeouts, "metabatch-publish") {}

PublishOutcome PgPublisher::publish(std::span<const std::string> chunks) {
  if (chunks.empty()) return {};
  connection_.arm(options_.limit);
  notices_.clear();
  steps_.clear();
  for (const std::string& chunk : chunks) notices_.push_back({PgParameter{options_.channel}, PgParameter{chunk}});
  for (const auto& notice : notices_) steps_.push_back({&kNotify, notice});
  PgAnswer answer = connection_.run(steps_);
  if (answer.failure) return {.publish_errors = chunks.size(), .failure = std::move(answer.failure)};
  return {.published = chunks.size()};
}

}  // namespace metabatch::sql
