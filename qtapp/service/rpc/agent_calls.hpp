// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "agentrpc/rpc_server.hpp"
#include "metabatch/uuid.hpp"
#include "service/agents/report_intake.hpp"
#include "service/rpc/metadata_request.hpp"
#include "service/rpc/rpc_metrics.hpp"

namespace metabatch::service {

inline constexpr std::string_view kReportRpc = "/coder.agent.v2.Agent/BatchUpdateMetadata";

/// What the calls of a connection need. All of it outlives them; `request` and `report` belong to
/// their thread.
struct AgentCallsParts {
  ReportIntake& intake;
  RpcMetrics& metrics;
  MetadataRequest& request;
  ReportBuffers& report;
  const std::function<void(const ReportDrop&)>& on_drop;
  bool is_relaying = false;            ///< other calls go on to a control plane
  std::shared_ptr<void> registration;  ///< kept until the connection ends
};

/// Answers the calls of one agent's RPC connection: reports go where those of HTTP go.
///
/// An error answer makes an agent abandon its whole connection, with all that runs on it. So a
/// report that could not be taken in whole is answered with success, and counted. An error is the
/// answer only to what is no report, and while the service ends.
class AgentCalls final : public agentrpc::RpcHandler {
 public:
  AgentCalls(const Uuid& agent, AgentCallsParts parts);
  bool answers(std::string_view rpc) override;
  agentrpc::RpcAnswer on_call(std::string_view rpc, std::string_view message) override;

 private:
  CallOutcome take(std::string_view message);

  const Uuid agent_;
  const AgentCallsParts parts_;
};

}  // namespace metabatch::service
