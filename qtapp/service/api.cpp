// SPDX-License-Identifier: Apache-2.0
#include "service/api.hpp"

#include <algorithm>

namespace metabatch::service {
namespace {

constexpr std::string_view kAgents = "/api/v2/workspaceagents/";
constexpr std::string_view kMe = "/api/v2/workspaceagents/me/";
constexpr std::string_view kBulk = "/api/v2/metadata";
constexpr std::size_t kMostBulkAgents = 1000;
constexpr std::string_view kCookie = "coder_session_token";

HttpResponse not_found() {
  return error_response(404, "Resource not found or you do not have access to this resource");
}

/// Whoever it is may try again: at a start, while the database cannot be read.
HttpResponse not_read_yet() { return error_response(503, "Agents have not been read yet.", "Try again in a moment."); }

HttpResponse text(unsigned status, std::string body) {
  return {.status = status, .body = std::move(body), .content_type = kTextType};
}

HttpResponse wrong_method(std::string_view allow) {
  HttpResponse response = error_response(405, "Method not allowed.");
  response.allow = allow;
  return response;
}

/// A browser sends the cookie along with a WebSocket that any page opens, so the page must be ours.
bool is_from_elsewhere(const HttpRequest& request) {
  if (!request.is_upgrade || request.origin.empty()) return false;
  const std::size_t scheme = request.origin.find("://");
  return scheme == std::string_view::npos || request.origin.substr(scheme + 3) != request.host;
}

/// Who asks, as they say. @owns `room` keeps what had to be decoded
std::string_view token_of(const HttpRequest& request, std::string& room) {
  if (!request.session_token.empty()) return request.session_token;
  if (request.method == "POST") return {};
  if (const std::string_view cookie = cookie_value(request.cookies, kCookie);
      !cookie.empty() && !is_from_elsewhere(request))
    return cookie;
  room = query_value(request.query, kCookie).value_or("");
  return room;
}

HttpResponse response_to(const ReportOutcome& outcome) {
  if (outcome.is_closed) return error_response(503, "The service is shutting down.");
  if (outcome.problem.empty()) return {.status = 204};
  return error_response(400, outcome.problem, {}, outcome.refused_items);
}

}  // namespace

ReportOutcome add_report(const Uuid& agent, std::span<const RawItem> items, ReportLimits& limits,
                          engine::Stamper& stamper, engine::Lanes& lanes) {
  ReportOutcome outcome;
  const auto admission = lanes.add(limits.apply(agent, items, stamper.next()));
  outcome.is_closed = admission && admission->dropped_closed > 0;
  for (const RefusedItem& item : limits.refused())
    outcome.refused_items.push_back({"metadata[" + std::to_string(item.index) + "].key", describe(item)});
  if (limits.error())
    outcome.problem = describe_report(*limits.error());
  else if (!limits.refused().empty())
    outcome.problem = describe(limits.refused().front());
  return outcome;
}

Api::Api(ApiOptions options) : options_(std::move(options)), stamper_(engine::system_clock()) {
  for (std::size_t i = 0; i < options_.threads; ++i) buffers_.push_back(std::make_unique<ReportBuffers>());
}

Answer Api::answer(const HttpRequest& request, std::size_t thread) {
  const std::string_view path = request.path;
  if (path.starts_with(kMe)) {
    const std::string_view below = path.substr(kMe.size());
    if (below != "metadata" && !below.starts_with("metadata/")) return not_found();
    if (request.method != "POST") return wrong_method("POST");
    return answer_post(request, below, *buffers_[thread]);
  }
  const bool is_known =
      path == "/healthz" || path == "/readyz" || path == "/metrics" || path == kBulk || path.starts_with(kAgents);
  if (!is_known) return not_found();
  if (request.method != "GET" && request.method != "HEAD") return wrong_method("GET, HEAD");
  return answer_get(request, path);
}

HttpResponse Api::unauthorized(std::string_view message, std::string_view detail) {
  ++unauthorized_;
  return error_response(401, message, detail);
}

Answer Api::answer_post(const HttpRequest& request, std::string_view below_me, ReportBuffers& buffers) {
  std::string room;
  const std::string_view said = token_of(request, room);
  if (said.empty()) return unauthorized("Header \"Coder-Session-Token\" must be provided.");
  const Result<Uuid> token = parse_uuid(said);
  if (!token)
    return unauthorized("Workspace agent token invalid.",
                        "An agent token must be a valid UUIDv4. (len " + std::to_string(said.size()) + ")");
  const std::optional<Uuid> agent = options_.directory->agent_of(*token);
  if (!agent && !options_.directory->is_loaded()) return not_read_yet();
  if (!agent) {
    if (options_.on_unknown) options_.on_unknown();
    return unauthorized("Workspace agent not authorized.",
                        "The token belongs to no agent, or not yet, or not any more.");
  }
  std::span<const RawItem> items;
  std::optional<std::string> key;
  if (below_me == "metadata") {
    items = buffers.reader.read_list(request.body);
  } else {
    key = percent_decoded(below_me.substr(below_me.find('/') + 1));
    if (!key || key->empty()) return error_response(400, "The metadata key in the path cannot be read.");
    items = buffers.reader.read_one(*key, request.body);
  }
  if (!buffers.reader.error().empty()) return error_response(400, "Request body must be valid JSON.", buffers.reader.error());
  const std::uint64_t sanitized = buffers.limits.sanitized(), refused = buffers.limits.refused_items();
  const ReportOutcome outcome = add_report(*agent, items, buffers.limits, stamper_, *options_.lanes);
  ++reports_;
  sanitized_ += buffers.limits.sanitized() - sanitized;
  refused_items_ += buffers.limits.refused_items() - refused;
  return response_to(outcome);
}

Answer Api::answer_get(const HttpRequest& request, std::string_view path) {
  if (path == "/healthz") return text(200, "ok\n");
  if (path == "/readyz") return answer_ready();
  if (path == "/metrics") {
    MetricsPage page = options_.metrics(request.accept);
    return HttpResponse{.status = 200, .body = std::move(page.body), .content_type = page.content_type};
  }
  if (path == kBulk) return answer_bulk(request);
  const std::string_view rest = path.substr(kAgents.size());
  const std::size_t slash = rest.find('/');
  const Result<Uuid> agent = parse_uuid(rest.substr(0, slash));
  if (slash == std::string_view::npos) return not_found();
  const std::string_view what = rest.substr(slash + 1);
  if (what != "metadata" && what != "watch-metadata" && what != "watch-metadata-ws") return not_found();
  if (!agent) return error_response(400, "Invalid UUID in the path.", rest.substr(0, slash));
  return answer_agent(request, *agent, what);
}

Answer Api::answer_ready() const {
  if (is_draining_) return text(503, "draining\n");
  if (!options_.directory->is_loaded()) return text(503, "agents not read yet\n");
  return text(200, "ready\n");
}

Answer Api::answer_agent(const HttpRequest& request, const Uuid& agent, std::string_view what) {
  std::string room;
  const std::string_view said = token_of(request, room);
  if (said.empty()) return unauthorized("Header \"Coder-Session-Token\" must be provided.");
  const bool sees_all = options_.watch_tokens->admits(said);
  const Result<Uuid> token = parse_uuid(said);
  const std::optional<Uuid> self = token ? options_.directory->agent_of(*token) : std::nullopt;
  const bool is_loaded = options_.directory->is_loaded();
  if (!sees_all && !self && !is_loaded) return not_read_yet();
  if (!sees_all && !self) {
    if (options_.on_unknown) options_.on_unknown();
    return unauthorized("Session token is not valid.");
  }
  if (!sees_all && !(*self == agent)) return not_found();  // what one may not see is as if it were not there
  // A browser's EventSource gives up for good at any refusal, so an operator's stream begins before all agents are known.
  if (is_loaded && !options_.directory->knows(agent)) {
    if (options_.on_unknown) options_.on_unknown();
    return not_found();
  }
  if (what == "metadata") return ReadRequest{.agents = {agent}};
  const bool is_websocket = what == "watch-metadata-ws";
  if (is_websocket && !request.is_upgrade) return error_response(400, "This path speaks WebSocket only.");
  if (request.method == "HEAD") return wrong_method("GET");
  return WatchRequest{.agent = agent, .is_websocket = is_websocket};
}

Answer Api::answer_bulk(const HttpRequest& request) {
  std::string room;
  const std::string_view said = token_of(request, room);
  if (said.empty()) return unauthorized("Header \"Coder-Session-Token\" must be provided.");
  if (!options_.watch_tokens->admits(said)) return unauthorized("Session token is not valid.");
  const std::string list = query_value(request.query, "agents").value_or("");
  ReadRequest read{.agents = {}, .is_bulk = true};
  for (std::string_view rest = list; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const Result<Uuid> agent = parse_uuid(one);
    if (!agent) return error_response(400, "Query parameter \"agents\" must be UUIDs.", one);
    if (std::find(read.agents.begin(), read.agents.end(), *agent) == read.agents.end()) read.agents.push_back(*agent);
    if (read.agents.size() > kMostBulkAgents) return error_response(400, "At most 1000 agents at once.");
  }
  if (read.agents.empty()) return error_response(400, "Query parameter \"agents\" must be provided.");
  return read;
}

}  // namespace metabatch::service
