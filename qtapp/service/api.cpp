// SPDX-License-Identifier: Apache-2.0
#include "service/api.hpp"

#include <algorithm>

#include "service/jitter.hpp"
#include "service/rpc/rpc_version.hpp"
#include "service/watch/watcher_page.hpp"

namespace metabatch::service {
namespace {

constexpr std::string_view kAgents = "/api/v2/workspaceagents/";
constexpr std::string_view kMe = "/api/v2/workspaceagents/me/";
constexpr std::string_view kBulk = "/api/v2/metadata";
constexpr std::string_view kList = "/api/v2/metadata/agents";
constexpr std::size_t kMostBulkAgents = 1000;
constexpr std::string_view kCookie = "coder_session_token";
constexpr std::string_view kNoToken = "Header \"Coder-Session-Token\" must be provided.";
constexpr std::string_view kNoCookie = "Cookie \"coder_session_token\" must be provided.";
constexpr std::string_view kNoAgent = "The token belongs to no agent, or not yet, or not any more.";
constexpr std::string_view kNoBuild =
    "The agent cannot authenticate until the workspace provision job has been completed. If the job is no longer "
    "running, this agent is invalid.";
constexpr std::string_view kSocketOnly = "This path speaks WebSocket only.";

HttpResponse not_found() {
  return error_response(404, "Resource not found or you do not have access to this resource");
}

HttpResponse text(unsigned status, std::string body) {
  return {.status = status, .body = std::move(body), .content_type = kTextType};
}

HttpResponse wrong_method(std::string_view allow) {
  HttpResponse response = error_response(405, "Method not allowed.");
  response.allow = allow;
  return response;
}

bool is_read(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

/// A browser sends the cookie along with a WebSocket that any page opens, so the page must be of
/// this host.
bool is_cross_origin(const HttpRequest& request) {
  if (!request.is_upgrade || request.origin.empty()) return false;
  const std::size_t scheme = request.origin.find("://");
  return scheme == std::string_view::npos || request.origin.substr(scheme + 3) != request.host;
}

std::string token_of(const HttpRequest& request) {
  if (!request.session_token.empty()) return std::string(request.session_token);
  if (request.method == "POST") return {};
  if (const std::string_view cookie = cookie_value(request.cookies, kCookie);
      !cookie.empty() && !is_cross_origin(request))
    return std::string(cookie);
  return query_value(request.query, kCookie).value_or("");
}

/// As the control plane finds an agent's token: cookie, query, header.
///
/// @source coder/coder, coderd/httpmw/apikey.go, APITokenFromRequest
std::string rpc_token_of(const HttpRequest& request) {
  if (const std::string_view cookie = cookie_value(request.cookies, kCookie);
      !cookie.empty() && !is_cross_origin(request))
    return std::string(cookie);
  if (std::string query = query_value(request.query, kCookie).value_or(""); !query.empty()) return query;
  return std::string(request.session_token);
}

/// The items of a comma-separated list, each once.
std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (std::find(items.begin(), items.end(), one) == items.end()) items.emplace_back(one);
  }
  return items;
}

bool wants_script(const HttpRequest& request) {
  return query_value(request.query, "include_script").value_or("false") == "true";
}

}  // namespace

Api::Api(ApiOptions options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.threads; ++i) buffers_.push_back(std::make_unique<Buffers>());
}

std::optional<HttpResponse> Api::answer_operator(const HttpRequest& request, bool has_metrics) {
  const std::string_view path = request.path;
  const bool is_metrics = path == "/metrics" && has_metrics;
  if (!is_metrics && path != "/healthz" && path != "/readyz") return std::nullopt;
  if (!is_read(request)) return wrong_method("GET, HEAD");
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") {
    Readiness readiness = options_.readiness();
    return text(readiness.is_ready ? 200 : 503, std::move(readiness.body));
  }
  if (options_.metrics_tokens->are_given() && !options_.metrics_tokens->admits(bearer_token(request.authorization))) {
    HttpResponse refusal = unauthorized("The metrics need a token.", "Send it as Authorization: Bearer TOKEN.");
    refusal.challenge = kBearerChallenge;
    return refusal;
  }
  MetricsPage page = options_.metrics(request.accept);
  return HttpResponse{.status = 200, .body = std::move(page.body), .content_type = page.content_type};
}

std::optional<Answer> Api::answer_header(const HttpRequest& request, std::size_t, bool is_looked_up) {
  const std::string_view path = request.path;
  if (path.starts_with(kMe)) return answer_me(request, is_looked_up);
  if (auto response = answer_operator(request, options_.has_metrics)) return std::move(*response);
  auto page = options_.has_watcher ? watcher_file(path) : std::nullopt;
  if (!page && path != kBulk && path != kList && !path.starts_with(kAgents)) return not_found();
  if (!is_read(request)) return wrong_method("GET, HEAD");
  if (page) return std::move(*page);
  if (path == kList) return answer_list(request, is_looked_up);
  return path == kBulk ? answer_bulk(request, is_looked_up)
                       : answer_agent(request, path.substr(kAgents.size()), is_looked_up);
}

HttpResponse Api::unauthorized(std::string_view message, std::string_view detail) {
  ++unauthorized_;
  options_.on_unauthorized();
  return error_response(401, message, detail);
}

std::optional<Answer> Api::answer_me(const HttpRequest& request, bool is_looked_up) {
  const std::string_view below = request.path.substr(kMe.size());
  if (below == "rpc") return answer_rpc(request, is_looked_up);
  const bool is_list = below == "metadata";
  if (!is_list && (!below.starts_with("metadata/") || below == "metadata/")) return not_found();
  if (request.method != "POST" && !(is_list && is_read(request)))
    return wrong_method(is_list ? "GET, HEAD, POST" : "POST");
  auto known = agent_with(token_of(request), is_looked_up, {kNoToken, kNoAgent});
  if (Answer* const answer = std::get_if<Answer>(&known)) return std::move(*answer);
  if (request.method == "POST") return std::nullopt;
  return ReadRequest{.agents = {std::get<Uuid>(known)},
                     .keys = list_of(query_value(request.query, "keys").value_or(""))};
}

std::variant<Uuid, Answer> Api::agent_with(const std::string& token, bool is_looked_up, const AuthWords& words) {
  if (token.empty()) return unauthorized(words.no_token);
  const Result<Uuid> id = parse_uuid(token);
  if (!id)
    return unauthorized("Workspace agent token invalid.",
                        "An agent token must be a valid UUIDv4. (len " + std::to_string(token.size()) + ")");
  if (const std::optional<Uuid> agent = options_.directory->agent_of(*id)) return *agent;
  if (!is_looked_up) return LookupRequest{.id = *id};
  return unauthorized("Workspace agent not authorized.", words.no_agent);
}

/// The words of the origin: agents and their operators know them.
Answer Api::answer_rpc(const HttpRequest& request, bool is_looked_up) {
  if (request.method != "GET") return wrong_method("GET");
  std::string token = rpc_token_of(request);
  auto known = agent_with(token, is_looked_up, {kNoCookie, kNoBuild});
  if (Answer* const answer = std::get_if<Answer>(&known)) return std::move(*answer);
  const Uuid agent = std::get<Uuid>(known);
  const auto problem = rpc_version_problem(query_value(request.query, "version").value_or(""));
  if (problem && !options_.is_relaying) {
    const FieldError wrong[] = {{"version", *problem}};
    return error_response(400, "Unknown or unsupported API version", {}, wrong);
  }
  if (!request.is_upgrade) return error_response(400, kSocketOnly);
  if (is_draining_) return retry_later(503, "The service is shutting down.", {});
  std::shared_ptr<void> slot = options_.open_rpcs->reserve(agent);
  if (!slot) return retry_later(429, "This agent has as many RPC connections as it may.", {});
  return RpcRequest{.agent = agent,
                    .token = std::move(token),
                    .slot = std::move(slot),
                    .query = query_without(request.query, kCookie)};
}

std::unique_ptr<agentrpc::RpcHandler> Api::calls_of(const Uuid& agent, std::size_t thread,
                                                    std::shared_ptr<void> registration) {
  Buffers& buffers = *buffers_[thread];
  return std::make_unique<AgentCalls>(agent, AgentCallsParts{.intake = *options_.intake,
                                                             .metrics = *options_.rpc_metrics,
                                                             .request = buffers.request,
                                                             .report = buffers.report,
                                                             .on_drop = options_.on_drop,
                                                             .is_relaying = options_.is_relaying,
                                                             .registration = std::move(registration)});
}

HttpResponse Api::answer(const HttpRequest& request, std::size_t thread) {
  const std::string_view below = request.path.substr(kMe.size());
  const Result<Uuid> token = parse_uuid(token_of(request));
  const std::optional<Uuid> agent = token ? options_.directory->agent_of(*token) : std::nullopt;
  if (!agent) return unauthorized("Workspace agent not authorized.", "The token was revoked while the body was read.");
  Buffers& buffers = *buffers_[thread];
  std::span<const RawItem> items;
  std::optional<std::string> key;
  if (below == "metadata") {
    items = buffers.reader.read_list(request.body);
  } else {
    key = percent_decoded(below.substr(below.find('/') + 1));
    if (!key) return error_response(400, "The metadata key in the path cannot be read.");
    items = buffers.reader.read_one(*key, request.body);
  }
  if (!buffers.reader.error().empty())
    return error_response(400, "Request body must be valid JSON.", buffers.reader.error());
  return response_to(*agent, options_.intake->add(*agent, items, buffers.report));
}

HttpResponse Api::retry_later(unsigned status, std::string_view message, std::string_view detail) const {
  HttpResponse response = error_response(status, message, detail);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(interval_.load() * 2).count();
  response.retry_after = random_between(1, static_cast<unsigned>(std::max<std::int64_t>(seconds, 1)));
  return response;
}

/// An agent that is not told of a drop would take its old value for the current one.
HttpResponse Api::response_to(const Uuid& agent, const ReportOutcome& outcome) const {
  if (outcome.is_closed) return retry_later(503, "The service is shutting down.", {});
  const auto kept = [](std::size_t dropped) {
    return std::to_string(dropped) + (dropped == 1 ? " item was" : " items were") + " not taken.";
  };
  if (outcome.dropped_full > 0) {
    options_.on_drop({agent, outcome.dropped_full, false});
    return retry_later(503, "The buffer is full.", kept(outcome.dropped_full));
  }
  if (outcome.dropped_agent_full > 0) {
    options_.on_drop({agent, outcome.dropped_agent_full, true});
    return retry_later(429, "This agent has as many keys waiting to be written as it may.",
                       kept(outcome.dropped_agent_full));
  }
  if (outcome.problem.empty()) return {.status = 204};
  return error_response(outcome.has_too_many_keys ? 413 : 400, outcome.problem, {}, outcome.refused_items);
}

bool Api::may_watch(std::string_view token, const Uuid& agent) const {
  if (!options_.directory->is_loaded() || options_.directory->knows(agent)) {
    if (options_.watch_tokens->admits(token)) return true;
  }
  if (const auto access = session_of(token)) return may_see(*access, agent);
  return is_token_of(token, agent);
}

std::optional<SessionAccess> Api::session_of(std::string_view token) const {
  if (options_.user_sessions == nullptr) return std::nullopt;
  return options_.user_sessions->access_of(token, std::chrono::steady_clock::now());
}

bool Api::is_unknown_session(std::string_view token) const {
  return options_.user_sessions != nullptr && !UserSessions::id_of(token).empty() &&
         !options_.user_sessions->knows(token, std::chrono::steady_clock::now());
}

bool Api::may_see(const SessionAccess& access, const Uuid& agent) const {
  return access.sees_all ? options_.directory->knows(agent) : options_.directory->is_owned_by(agent, access.user);
}

bool Api::is_token_of(std::string_view token, const Uuid& agent) const {
  const Result<Uuid> id = parse_uuid(token);
  const std::optional<Uuid> self = id ? options_.directory->agent_of(*id) : std::nullopt;
  return self && *self == agent;
}

Answer Api::answer_agent(const HttpRequest& request, std::string_view path, bool is_looked_up) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return not_found();
  const std::string_view what = path.substr(slash + 1);
  if (what != "metadata" && what != "watch-metadata" && what != "watch-metadata-ws") return not_found();
  const Result<Uuid> agent = parse_uuid(path.substr(0, slash));
  if (!agent) return error_response(400, "Invalid UUID in the path.", path.substr(0, slash));
  std::string token = token_of(request);
  if (token.empty()) return unauthorized(kNoToken);
  const AgentDirectory& directory = *options_.directory;
  if (options_.user_sessions != nullptr && !UserSessions::id_of(token).empty() && !options_.watch_tokens->admits(token))
    return answer_session(request, std::move(token), *agent, what, is_looked_up);
  if (!options_.watch_tokens->admits(token)) {
    const Result<Uuid> id = parse_uuid(token);
    const std::optional<Uuid> self = id ? directory.agent_of(*id) : std::nullopt;
    if (!self && id && !is_looked_up) return LookupRequest{.id = *id};
    if (!self) return unauthorized("Session token is not valid.");
    if (!(*self == *agent)) return not_found();  // as if it did not exist
  } else if (directory.is_loaded() && !directory.knows(*agent)) {
    // A browser's EventSource gives up for good at any refusal, so an operator's stream begins
    // before the agents are read.
    if (!is_looked_up) return LookupRequest{.id = *agent};
    return not_found();
  }
  return grant(request, std::move(token), *agent, what);
}

/// A workspace of somebody else is answered as if it did not exist.
Answer Api::answer_session(const HttpRequest& request, std::string token, const Uuid& agent, std::string_view what,
                           bool is_looked_up) {
  const auto access = session_of(token);
  if (access && may_see(*access, agent)) return grant(request, std::move(token), agent, what);
  LookupRequest wanted{.id = {}};
  if (!options_.directory->knows(agent)) wanted.id = agent;
  if (is_unknown_session(token)) wanted.session = UserSessions::id_of(token);
  if (!is_looked_up && (access || !wanted.session.empty()) && !(wanted.id == Uuid{} && wanted.session.empty()))
    return wanted;
  if (!access) return unauthorized("Session token is not valid.");
  return not_found();
}

Answer Api::grant(const HttpRequest& request, std::string token, const Uuid& agent, std::string_view what) {
  if (what == "metadata")
    return ReadRequest{.agents = {agent}, .keys = list_of(query_value(request.query, "keys").value_or(""))};
  const bool is_websocket = what == "watch-metadata-ws";
  if (is_websocket && !request.is_upgrade) return error_response(400, kSocketOnly);
  if (request.method == "HEAD") return wrong_method("GET");
  if (is_draining_) return retry_later(503, "The service is shutting down.", {});
  std::shared_ptr<void> slot = options_.open_watches->reserve(agent);
  if (!slot) return retry_later(429, "This agent has as many watch streams as it may.", {});
  return WatchRequest{.agent = agent, .is_websocket = is_websocket, .token = std::move(token), .slot = std::move(slot)};
}

std::optional<Answer> Api::refuse_watcher(const std::string& token, bool is_looked_up) {
  if (token.empty()) return unauthorized(kNoToken);
  if (options_.watch_tokens->admits(token) || session_of(token)) return std::nullopt;
  if (!is_looked_up && is_unknown_session(token))
    return LookupRequest{.id = {}, .session = std::string(UserSessions::id_of(token))};
  return unauthorized("Session token is not valid.");
}

/// One agent that a person may not see, and it is as if none existed.
std::optional<Answer> Api::refuse_bulk(std::string_view token, std::span<const Uuid> agents, bool is_looked_up) {
  if (options_.watch_tokens->admits(token)) return std::nullopt;
  const auto access = session_of(token);
  const auto hidden = std::find_if(agents.begin(), agents.end(),
                                   [&](const Uuid& agent) { return !access || !may_see(*access, agent); });
  if (hidden == agents.end()) return std::nullopt;
  if (!is_looked_up && !options_.directory->knows(*hidden)) return LookupRequest{.id = *hidden};
  return not_found();
}

Answer Api::answer_list(const HttpRequest& request, bool is_looked_up) {
  const std::string token = token_of(request);
  if (auto refusal = refuse_watcher(token, is_looked_up)) return std::move(*refusal);
  const auto access = options_.watch_tokens->admits(token) ? std::nullopt : session_of(token);
  const bool is_one_user = access && !access->sees_all;
  HttpResponse response;
  for (const Uuid& agent : options_.directory->agents(is_one_user ? std::optional(access->user) : std::nullopt))
    response.body.append(response.body.empty() ? "[\"" : ",\"").append(format_uuid(agent)).append("\"");
  response.body += response.body.empty() ? "[]\n" : "]\n";
  return response;
}

Answer Api::answer_bulk(const HttpRequest& request, bool is_looked_up) {
  const std::string token = token_of(request);
  if (auto refusal = refuse_watcher(token, is_looked_up)) return std::move(*refusal);
  ReadRequest read{.agents = {}, .is_bulk = true};
  for (const std::string& one : list_of(query_value(request.query, "agents").value_or(""))) {
    const Result<Uuid> agent = parse_uuid(one);
    if (!agent) return error_response(400, "Query parameter \"agents\" must be UUIDs.", one);
    if (std::find(read.agents.begin(), read.agents.end(), *agent) == read.agents.end()) read.agents.push_back(*agent);
    if (read.agents.size() > kMostBulkAgents) return error_response(400, "At most 1000 agents at once.");
  }
  if (auto refusal = refuse_bulk(token, read.agents, is_looked_up)) return std::move(*refusal);
  if (read.agents.empty()) return error_response(400, "Query parameter \"agents\" must be provided.");
  read.keys = list_of(query_value(request.query, "keys").value_or(""));
  read.has_scripts = wants_script(request);
  return read;
}

}  // namespace metabatch::service
