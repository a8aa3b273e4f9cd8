// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/agents/agent_directory.hpp"
#include "service/agents/file_tokens.hpp"
#include "service/agents/open_streams.hpp"
#include "service/agents/report_intake.hpp"
#include "service/agents/report_reader.hpp"
#include "service/agents/user_sessions.hpp"
#include "service/handler.hpp"
#include "service/rpc/agent_calls.hpp"
#include "service/rpc/metadata_request.hpp"

namespace metabatch::service {

/// A page of metrics.
struct MetricsPage {
  std::string body;
  std::string_view content_type;  ///< a literal
};

/// The answer of /readyz.
struct Readiness {
  bool is_ready = false;
  std::string body;
};

struct ApiOptions {
  ReportIntake* intake = nullptr;
  AgentDirectory* directory = nullptr;
  const FileTokens* watch_tokens = nullptr;
  const FileTokens* metrics_tokens = nullptr;  ///< where they are given, /metrics needs one of them
  UserSessions* user_sessions = nullptr;       ///< or null: sessions of people are no tokens
  OpenStreams* open_watches = nullptr;
  OpenStreams* open_rpcs = nullptr;
  RpcMetrics* rpc_metrics = nullptr;
  bool is_relaying = false;  ///< RPC connections go on to a control plane, which decides on their version
  std::function<MetricsPage(std::string_view accept)> metrics;
  bool has_watcher = false;  ///< the page for browsers at `/`
  bool has_metrics = true;   ///< false: another listener serves them
  std::function<Readiness()> readiness;
  std::function<void(const ReportDrop&)> on_drop = [](const ReportDrop&) {};
  std::function<void()> on_unauthorized = [] {};
  std::size_t threads = 1;  ///< that call it
};

/// Every path that the service answers. Reading, looking up and feeding streams is left to the
/// class derived from it.
///
/// The token is taken from the header Coder-Session-Token, the cookie coder_session_token or the
/// query of that name, in this order. A POST uses the header only, so that no page can send one in
/// the name of a cookie.
class Api : public Handler {
 public:
  explicit Api(ApiOptions options);

  std::optional<Answer> answer_header(const HttpRequest& request, std::size_t thread, bool is_looked_up) override;
  HttpResponse answer(const HttpRequest& request, std::size_t thread) override;

  /// New watch streams are refused. Reports are accepted until the engine is closed.
  void begin_drain() { is_draining_ = true; }
  /// Retry-After is a random number from 1 to twice this.
  void set_interval(Duration interval) { interval_ = interval; }
  /// Whether the holder of `token` may see the rows of `agent`.
  [[nodiscard]] bool may_watch(std::string_view token, const Uuid& agent) const;
  /// Whether `token` is the agent's own.
  [[nodiscard]] bool is_token_of(std::string_view token, const Uuid& agent) const;
  [[nodiscard]] std::uint64_t unauthorized() const { return unauthorized_; }

  /// The answers of /metrics, /healthz and /readyz. Only /metrics may need a token. None: another
  /// path.
  std::optional<HttpResponse> answer_operator(const HttpRequest& request, bool has_metrics);

 protected:
  /// Answers the calls of an agent's RPC connection on one thread.
  ///
  /// @owns registration: until the connection ends
  std::unique_ptr<agentrpc::RpcHandler> calls_of(const Uuid& agent, std::size_t thread,
                                                 std::shared_ptr<void> registration);

 private:
  struct Buffers {  // of one thread
    ReportReader reader;
    MetadataRequest request;
    ReportBuffers report;
  };
  struct AuthWords {  // what an unknown client is told
    std::string_view no_token, no_agent;
  };
  std::variant<Uuid, Answer> agent_with(const std::string& token, bool is_looked_up, const AuthWords& words);
  std::optional<Answer> answer_me(const HttpRequest& request, bool is_looked_up);
  Answer answer_rpc(const HttpRequest& request, bool is_looked_up);
  Answer answer_agent(const HttpRequest& request, std::string_view path, bool is_looked_up);
  Answer answer_session(const HttpRequest& request, std::string token, const Uuid& agent, std::string_view what,
                        bool is_looked_up);
  Answer grant(const HttpRequest& request, std::string token, const Uuid& agent, std::string_view what);
  Answer answer_bulk(const HttpRequest& request, bool is_looked_up);
  Answer answer_list(const HttpRequest& request, bool is_looked_up);
  /// None: the token may watch many agents. Else why not, or what has to be looked up first.
  std::optional<Answer> refuse_watcher(const std::string& token, bool is_looked_up);
  std::optional<Answer> refuse_bulk(std::string_view token, std::span<const Uuid> agents, bool is_looked_up);
  /// Whether `token` is of a session that has to be looked up.
  [[nodiscard]] bool is_unknown_session(std::string_view token) const;
  [[nodiscard]] std::optional<SessionAccess> session_of(std::string_view token) const;
  [[nodiscard]] bool may_see(const SessionAccess& access, const Uuid& agent) const;
  HttpResponse response_to(const Uuid& agent, const ReportOutcome& outcome) const;
  [[nodiscard]] HttpResponse retry_later(unsigned status, std::string_view message, std::string_view detail) const;
  [[nodiscard]] HttpResponse unauthorized(std::string_view message, std::string_view detail = {});

  const ApiOptions options_;
  std::vector<std::unique_ptr<Buffers>> buffers_;  // one a thread
  std::atomic<bool> is_draining_ = false;
  std::atomic<Duration> interval_ = Duration(std::chrono::seconds(5));
  std::atomic<std::uint64_t> unauthorized_ = 0;
};

}  // namespace metabatch::service
