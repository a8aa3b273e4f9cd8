// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/agent_calls.hpp"

#include <utility>

namespace metabatch::service {

AgentCalls::AgentCalls(const Uuid& agent, AgentCallsParts parts) : agent_(agent), parts_(std::move(parts)) {
  parts_.metrics.record_connection();
}

bool AgentCalls::answers(std::string_view rpc) {
  if (rpc == kReportRpc) return true;
  parts_.metrics.record(parts_.is_relaying ? CallOutcome::relayed : CallOutcome::unimplemented);
  return false;
}

agentrpc::RpcAnswer AgentCalls::on_call(std::string_view, std::string_view message) {
  const CallOutcome outcome = take(message);
  parts_.metrics.record(outcome);
  if (outcome == CallOutcome::malformed) return {.is_error = true, .text = "The message is not a report."};
  if (outcome == CallOutcome::closed) return {.is_error = true, .text = "The service is shutting down."};
  return {};
}

CallOutcome AgentCalls::take(std::string_view message) {
  if (!parts_.request.read(message)) return CallOutcome::malformed;
  const ReportOutcome outcome = parts_.intake.add(agent_, parts_.request.items(), parts_.report);
  if (outcome.is_closed) return CallOutcome::closed;
  if (outcome.dropped_full > 0) parts_.on_drop({agent_, outcome.dropped_full, false});
  if (outcome.dropped_agent_full > 0) parts_.on_drop({agent_, outcome.dropped_agent_full, true});
  if (outcome.dropped_full + outcome.dropped_agent_full > 0) return CallOutcome::dropped;
  return outcome.problem.empty() ? CallOutcome::taken : CallOutcome::refused;
}

}  // namespace metabatch::service
