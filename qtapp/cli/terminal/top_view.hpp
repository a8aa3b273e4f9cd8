// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/metrics/scrape.hpp"

namespace metabatch::cli {

/// One line for a person. A line that needs attention begins with `!`, so that it needs no colour.
struct TopLine {
  enum class Kind : std::uint8_t { head, plain, attention };
  Kind kind = Kind::plain;
  std::string text;  ///< ASCII, except texts of the service
};

/// Figures from the pages of metrics of a running service: rates of the last 10 s, flush times of
/// the last minute, totals since its start. Uses neither network nor terminal.
class TopView {
 public:
  /// @shape where: shown to people, without a secret; prefix: of the metrics
  TopView(std::string where, std::string prefix) : where_(std::move(where)), prefix_(std::move(prefix)) {}

  /// Adds a page. Its lines are read strictly; unreadable ones are reported.
  void add_page(std::string_view page, Instant now);
  /// Adds the findings of the service: the body of /readyz, one line for each finding behind the
  /// first line. The worst comes first, as core's health function orders them. With findings, this
  /// class judges nothing itself. An empty body means that the service has none to show.
  void add_readiness(std::string_view body);
  /// Records that no page was received, and why.
  void add_failure(std::string why, Instant now);

  /// The figures of the newest page, or why there is none. Needs at least one page or failure.
  [[nodiscard]] std::vector<TopLine> lines(Instant now) const;
  /// One object without a line end. Unknown figures are null.
  [[nodiscard]] std::string json(Instant now) const;

  [[nodiscard]] bool is_reached() const { return why_not_.empty() && !pages_.empty(); }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

 private:
  using Number = std::optional<double>;
  [[nodiscard]] const models::Scrape* newest() const { return pages_.empty() ? nullptr : &pages_.back(); }
  [[nodiscard]] std::optional<models::Scrape> grown(Duration window, double& seconds) const;
  [[nodiscard]] Number rate(std::string_view counter) const;
  [[nodiscard]] Number total(std::string_view family) const;
  [[nodiscard]] Number gauge(std::string_view name) const;
  [[nodiscard]] std::optional<models::ScrapedHistogram> times(std::string_view family) const;
  [[nodiscard]] std::optional<models::BucketQuantile> time(std::string_view family, double share) const;
  [[nodiscard]] Number mean_flush_time() const;
  struct Finding {
    std::string severity, text;
    [[nodiscard]] bool needs_attention() const { return severity == "alarm" || severity == "warning"; }
  };
  void add_attention(std::vector<TopLine>& lines, Instant now) const;
  void add_source(std::vector<TopLine>& lines, Instant now) const;
  void add_figures_of_attention(std::vector<TopLine>& lines) const;
  void add_loss(std::vector<TopLine>& lines, std::string_view family, std::string_view what) const;
  void add_rates(std::vector<TopLine>& lines) const;
  void add_listening(std::vector<TopLine>& lines) const;
  [[nodiscard]] std::string every(std::string_view counter, std::string_view noun) const;
  [[nodiscard]] std::string all(std::string_view family, std::string_view noun) const;
  [[nodiscard]] std::string held() const;
  [[nodiscard]] std::string queue() const;

  const std::string where_, prefix_;
  std::deque<models::Scrape> pages_;  // of one process, from a little more than the last minute
  std::vector<Finding> findings_;     // of the service; empty: it shows none
  std::string version_;
  std::string unreadable_;
  std::string why_not_;
  std::optional<Instant> restarted_;
};

}  // namespace metabatch::cli
