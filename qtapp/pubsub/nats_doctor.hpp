// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "pubsub/pubsub_settings.hpp"
#include "sql/postgres/pg_doctor.hpp"

namespace metabatch::pubsub {

/// Checks whether NATS fits this job: reachable, latency, max_payload, may publish, may subscribe,
/// whether anybody else listens. It publishes empty messages, which name no agent. Waits some
/// seconds at most where the server does not answer.
///
/// @shape max_payload_bytes: of a chunk, as it is configured
/// @return findings in the form of the database's doctor; nothing if the settings have no NATS
std::vector<sql::PgFinding> examine_nats(const PubsubSettings& settings, const std::string& channel,
                                         std::size_t max_payload_bytes);

}  // namespace metabatch::pubsub
