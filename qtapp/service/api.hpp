// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "engine/lanes.hpp"
#include "service/agents/agent_directory.hpp"
#include "service/handler.hpp"
#include "service/agents/report_reader.hpp"

namespace metabatch::service {

/// What a report came to, whoever carried it here: the part of the agent API that knows no HTTP.
struct ReportOutcome {
  std::string problem{};                    ///< what the agent is told, or ""; what fitted was taken all the same
  std::vector<FieldError> refused_items{};  ///< by index in the report
  bool is_closed = false;                   ///< the engine takes nothing any more
};

/// What the reports of one thread need; memory that is kept.
struct ReportBuffers {
  ReportReader reader;
  ReportLimits limits;
};

/// Adds the report of an agent within the limits of the specification, "The report", with a stamp of its own.
ReportOutcome add_report(const Uuid& agent, std::span<const RawItem> items, ReportLimits& limits,
                          engine::Stamper& stamper, engine::Lanes& lanes);

/// A page to be scraped.
struct MetricsPage {
  std::string body;
  std::string_view content_type;  ///< a literal
};

struct ApiOptions {
  engine::Lanes* lanes = nullptr;
  AgentDirectory* directory = nullptr;
  const WatchTokens* watch_tokens = nullptr;
  std::function<MetricsPage(std::string_view accept)> metrics;
  /// A token or an agent was not known: perhaps it is new. Any thread, often; must not wait.
  std::function<void()> on_unknown;
  std::size_t threads = 1;  ///< that ask
};

/// Every path that the service answers, apart from reading and feeding streams: that is left to whoever derives from it.
///
/// Who it is comes from the header Coder-Session-Token, the cookie coder_session_token or the query of that name, in this order; for
/// a POST from the header only, so that no page can send one in the name of a cookie.
class Api : public Handler {
 public:
  explicit Api(ApiOptions options);

  Answer answer(const HttpRequest& request, std::size_t thread) override;

  /// From now on /readyz says no, and reports get 503 once the engine is closed.
  void begin_drain() { is_draining_ = true; }
  [[nodiscard]] std::uint64_t sanitized() const { return sanitized_; }
  [[nodiscard]] std::uint64_t refused_items() const { return refused_items_; }
  /// Reports taken, in whole or in part.
  [[nodiscard]] std::uint64_t reports() const { return reports_; }
  [[nodiscard]] std::uint64_t unauthorized() const { return unauthorized_; }

 private:
  Answer answer_post(const HttpRequest& request, std::string_view below_me, ReportBuffers& buffers);
  Answer answer_get(const HttpRequest& request, std::string_view path);
  Answer answer_agent(const HttpRequest& request, const Uuid& agent, std::string_view what);
  Answer answer_bulk(const HttpRequest& request);
  Answer answer_ready() const;
  [[nodiscard]] HttpResponse unauthorized(std::string_view message, std::string_view detail = {});

  const ApiOptions options_;
  engine::Stamper stamper_;
  std::vector<std::unique_ptr<ReportBuffers>> buffers_;  // one a thread
  std::atomic<bool> is_draining_ = false;
  std::atomic<std::uint64_t> sanitized_ = 0;
  std::atomic<std::uint64_t> refused_items_ = 0;
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> unauthorized_ = 0;
};

}  // namespace metabatch::service
