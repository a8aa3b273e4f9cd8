// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/top_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

using Json = nlohmann::ordered_json;
using models::BucketQuantile;
using models::Scrape;

constexpr Duration kRateWindow = std::chrono::seconds(10);
constexpr Duration kTimeWindow = std::chrono::seconds(60);
constexpr double kNearlyFull = 0.8;
constexpr double kQueueFull = 0.5;  // PostgreSQL itself warns from there
constexpr double kLongWaiting = 60;
constexpr std::size_t kLabel = 13;
constexpr int kBar = 20;

constexpr std::string_view kFlushTime = "metadata_flush_duration_seconds";
constexpr std::string_view kAcknowledgementTime = "metadata_nats_acknowledgement_seconds";
constexpr std::array<std::string_view, 3> kReasonNames = {"capacity", "scheduled", "shutdown"};

std::uint64_t whole(double number) { return static_cast<std::uint64_t>(std::llround(std::max(number, 0.0))); }

std::string count_text(std::optional<double> number) { return number ? with_commas(whole(*number)) : "-"; }
std::string per_second(std::optional<double> number) {
  if (!number) return "-";
  return *number == 0 ? "0/s" : rate_text(*number) + "/s";
}
std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", share * 100);
  return text;
}

std::string precise_time_text(double seconds) {
  char text[32];
  if (seconds >= 0.01) return seconds_text(seconds);
  std::snprintf(text, sizeof text, "%.2f ms", seconds * 1e3);
  return text;
}

/// The bounds between which the value is: a bucket shows no more.
std::string time_text(const std::optional<BucketQuantile>& time) {
  if (!time) return "-";
  if (time->isAtLeast) return "over " + seconds_text(time->value);
  if (time->from <= 0) return "< " + seconds_text(time->to);
  return seconds_text(time->from) + " - " + seconds_text(time->to);
}

TopLine row(std::string_view label, std::initializer_list<std::string> cells) {
  std::string text(label);
  text.resize(kLabel, ' ');
  for (const std::string& cell : cells) {
    text += cell;
    const std::size_t wide = (text.size() - kLabel) % 23;
    text.append(wide == 0 ? 1 : 23 - wide, ' ');
  }
  while (text.ends_with(' ')) text.pop_back();
  return {TopLine::Kind::plain, std::move(text)};
}

Json json_of(std::optional<double> number) { return number ? Json(*number) : Json(nullptr); }
Json json_of(const std::optional<BucketQuantile>& time) {
  if (!time) return nullptr;
  const Json to = time->isAtLeast ? Json() : Json(time->to);
  return {{"seconds", time->value}, {"is_at_least", time->isAtLeast}, {"from", time->from}, {"to", to}};
}

}  // namespace

void TopView::add_page(std::string_view text, Instant now) {
  const models::MetricsPage page = models::readMetrics(text, {prefix_, models::kProcessStart});
  const std::string build = prefix_ + "metabatch_build_info";
  for (const models::MetricSample& sample : page.samples)
    if (const std::string* const label = sample.name == build ? sample.label("version") : nullptr) version_ = *label;
  unreadable_.clear();
  if (page.badLines > 0 || !page.isWhole) {
    unreadable_ = counted(page.badLines, "line") + " of the page cannot be read";
    if (!page.bad.empty())
      unreadable_ += ": line " + std::to_string(page.bad[0].line) + ", " + page.bad[0].what.toStdString();
  }
  Scrape scrape = models::scrapeOf(page, prefix_, now);
  if (scrape.isEmpty())
    return add_failure("the page has no metrics named " + prefix_ + "...; is this a metabatch?", now);
  why_not_.clear();
  if (!pages_.empty() && !models::between(scrape, pages_.back())) {
    pages_.clear();
    restarted_ = now;
  }
  pages_.push_back(std::move(scrape));
  while (pages_.size() > 2 && now - pages_[1].at >= kTimeWindow) pages_.pop_front();
}

void TopView::add_readiness(std::string_view body) {
  findings_.clear();
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const std::size_t colon = line.find(": ");
    const std::string_view severity = line.substr(0, std::min(colon, line.size()));
    for (const std::string_view known : {"alarm", "warning", "notice", "good"})
      if (colon != line.npos && severity == known)
        findings_.push_back({std::string(severity), std::string(line.substr(colon + 2))});
  }
}

void TopView::add_failure(std::string why, Instant) { why_not_ = std::move(why); }

std::optional<Scrape> TopView::grown(Duration window, double& seconds) const {
  if (pages_.size() < 2) return std::nullopt;
  auto from = std::prev(pages_.end(), 2);
  while (from != pages_.begin() && pages_.back().at - from->at < window) --from;
  seconds = in_seconds(pages_.back().at - from->at);
  if (seconds <= 0) return std::nullopt;
  return models::between(pages_.back(), *from);
}

TopView::Number TopView::rate(std::string_view counter) const {
  double seconds = 0;
  const auto more = grown(kRateWindow, seconds);
  if (!more) return std::nullopt;
  const Number count = more->family(counter);
  return count ? Number(*count / seconds) : std::nullopt;
}

TopView::Number TopView::total(std::string_view family) const {
  return newest() != nullptr ? newest()->family(family) : std::nullopt;
}
TopView::Number TopView::gauge(std::string_view name) const {
  return newest() != nullptr ? newest()->gauge(name) : std::nullopt;
}

std::optional<models::ScrapedHistogram> TopView::times(std::string_view family) const {
  double seconds = 0;
  const auto more = grown(kTimeWindow, seconds);
  if (!more) return std::nullopt;
  return models::mergedHistogram(*more, family);
}

std::optional<BucketQuantile> TopView::time(std::string_view family, double share) const {
  const auto all = times(family);
  return all ? models::quantile(*all, share) : std::nullopt;
}

TopView::Number TopView::mean_flush_time() const {
  const auto all = times(kFlushTime);
  return all ? all->mean() : std::nullopt;
}

std::string TopView::held() const {
  const Number depth = gauge("metadata_queue_depth"), capacity = gauge("metadata_queue_capacity");
  if (!depth || !capacity || *capacity <= 0) return count_text(depth);
  const double share = std::clamp(*depth / *capacity, 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(std::ceil(share * kBar));
  return count_text(depth) + " of " + count_text(capacity) + "  [" + std::string(filled, '#') +
         std::string(kBar - filled, '.') + "] " + percent(share);
}

std::string TopView::queue() const {
  const Number usage = gauge("metadata_notify_queue_usage");
  return usage ? "queue " + percent(*usage) : "";
}

void TopView::add_loss(std::vector<TopLine>& lines, std::string_view family, std::string_view what) const {
  double seconds = 0;
  const auto more = grown(kTimeWindow, seconds);
  const Number count = more ? more->family(family) : std::nullopt;
  if (!count || *count <= 0) return;
  lines.push_back({TopLine::Kind::attention, "! " + with_commas(whole(*count)) + " " + std::string(what) +
                                                 " in the last " + seconds_text(seconds)});
}

void TopView::add_attention(std::vector<TopLine>& lines, Instant now) const {
  add_source(lines, now);
  if (findings_.empty()) return add_figures_of_attention(lines);
  if (!why_not_.empty()) return;  // the findings are as old as the page
  for (const Finding& one : findings_)
    if (one.needs_attention()) lines.push_back({TopLine::Kind::attention, "! " + one.text});
}

void TopView::add_source(std::vector<TopLine>& lines, Instant now) const {
  const auto add = [&lines](std::string text) { lines.push_back({TopLine::Kind::attention, "! " + std::move(text)}); };
  if (!why_not_.empty()) {
    const std::string age =
        newest() != nullptr ? "; what follows is " + seconds_text(in_seconds(now - newest()->at)) + " old" : "";
    add("no answer: " + why_not_ + "; trying again" + age);
  }
  if (!unreadable_.empty()) add(unreadable_);
  if (restarted_ && now - *restarted_ < kTimeWindow) add("the service restarted: counts begin at 0");
}

/// For a service of an older version, which has no findings.
void TopView::add_figures_of_attention(std::vector<TopLine>& lines) const {
  const auto add = [&lines](std::string text) { lines.push_back({TopLine::Kind::attention, "! " + std::move(text)}); };
  add_loss(lines, "metadata_dropped_total", "updates dropped");
  add_loss(lines, "metadata_flush_failures_total", "flushes failed");
  add_loss(lines, "metadata_quarantined_total", "values refused by the database");
  add_loss(lines, "metadata_rows_unmatched_total", "entries found no row");
  add_loss(lines, "metadata_publish_errors_total", "notifications not published");
  const Number depth = gauge("metadata_queue_depth"), capacity = gauge("metadata_queue_capacity");
  if (depth && capacity && *depth > kNearlyFull * *capacity) add("the buffer is nearly full: " + held());
  if (const Number age = gauge("metadata_oldest_entry_age_seconds"); age && *age > kLongWaiting)
    add("not writing: the oldest entry has waited " + seconds_text(*age));
  if (gauge("metadata_listener_connected") == Number(0))
    add("not listening: the service reads the rows of watchers every 5 s");
  if (const Number usage = gauge("metadata_notify_queue_usage"); usage && *usage >= kQueueFull)
    add("the notification " + queue() + " full; a session that listens stays in a transaction");
  if (const Number waiting = gauge("metadata_spool_waiting"); waiting && *waiting > 0)
    add("the spool holds " + counted(whole(*waiting), "update") + " of the last run that are not written yet");
}

std::string TopView::every(std::string_view counter, std::string_view noun) const {
  return std::string(noun) + " " + per_second(rate(counter));
}

std::string TopView::all(std::string_view family, std::string_view noun) const {
  return std::string(noun) + " " + count_text(total(family));
}

void TopView::add_rates(std::vector<TopLine>& lines) const {
  lines.push_back(
      row("arriving", {every("metadata_reports_total", "reports"), every("metadata_coalesced_total", "coalesced"),
                       every("metadata_stale_total", "stale")}));
  const Number flushed = rate("metadata_flushed_total"), flushes = rate("metadata_batches_total");
  const bool is_flushing = flushed && flushes && *flushes > 0;
  lines.push_back(row("leaving", {"flushes " + per_second(flushes), "entries " + per_second(flushed),
                                  "entries a flush " + (is_flushing ? rate_text(*flushed / *flushes) : "-")}));
  std::vector<std::string> reasons;
  reasons.reserve(std::size(kReasonNames));
  for (const std::string_view reason : kReasonNames)
    reasons.push_back(every("metadata_batches_total." + std::string(reason), reason));
  lines.push_back(row("  because", {reasons[0], reasons[1], reasons[2]}));
  const Number mean = mean_flush_time();
  lines.push_back(row("  took", {"mean " + (mean ? precise_time_text(*mean) : "-"), "(last minute)"}));
  lines.push_back(row(
      "", {"p50 " + time_text(time(kFlushTime, 0.5)), "p99 " + time_text(time(kFlushTime, 0.99)), "(last minute)"}));
  lines.push_back(row("  notified", {every("metadata_notify_chunks_total", "chunks"),
                                     every("metadata_notify_bytes_total", "bytes"), queue()}));
}

void TopView::add_listening(std::vector<TopLine>& lines) const {
  const auto yes_or_no = [](Number connected) { return !connected ? "-" : *connected > 0 ? "yes" : "no"; };
  lines.push_back(row("listening", {yes_or_no(gauge("metadata_listener_connected")),
                                    all("metadata_listener_reconnects_total", "reconnects"),
                                    all("metadata_unauthorized_total", "bad tokens")}));
  const Number nats = gauge("metadata_nats_connected");
  if (!nats) return;  // the service publishes in the database only
  lines.push_back(row(
      "NATS", {std::string("connected ") + yes_or_no(nats), "answer p99 " + time_text(time(kAcknowledgementTime, 0.99)),
               all("metadata_nats_unacknowledged_total", "unanswered")}));
}

std::vector<TopLine> TopView::lines(Instant now) const {
  std::vector<TopLine> lines;
  lines.push_back({TopLine::Kind::head, "metabatch " + version_ + (version_.empty() ? "" : " ") + "at " + where_});
  add_attention(lines, now);
  if (newest() == nullptr) return lines;
  const bool is_calm = why_not_.empty() && !findings_.empty() && !findings_.front().needs_attention();
  if (is_calm)
    for (const Finding& one : findings_) lines.push_back({TopLine::Kind::plain, one.text});
  add_rates(lines);
  const Number oldest = gauge("metadata_oldest_entry_age_seconds");
  lines.push_back(row("held", {held()}));
  lines.push_back(row("", {"oldest " + (oldest ? seconds_text(*oldest) : "-"),
                           "pending " + count_text(gauge("metadata_pending_entries"))}));
  lines.push_back(
      row("since start", {all("metadata_flushed_total", "entries"), all("metadata_batches_total", "flushes"),
                          all("metadata_flush_failures_total", "failed")}));
  lines.push_back(
      row("  lost", {all("metadata_dropped_total", "dropped"), all("metadata_rows_unmatched_total", "no row"),
                     all("metadata_quarantined_total", "refused")}));
  lines.push_back(row("clients", {"agents " + count_text(gauge("metadata_agents")),
                                  "watchers " + count_text(gauge("metadata_watchers")),
                                  "connections " + count_text(gauge("metadata_connections"))}));
  add_listening(lines);
  return lines;
}

std::string TopView::json(Instant now) const {
  Json object = {{"at", where_}, {"is_reached", is_reached()}, {"why_not", why_not_.empty() ? Json() : Json(why_not_)}};
  object["version"] = version_.empty() ? Json() : Json(version_);
  object["age_s"] = newest() != nullptr ? Json(in_seconds(now - newest()->at)) : Json();
  Json per_s, totals, now_is;
  for (const char* const name :
       {"reports", "flushed", "coalesced", "stale", "batches", "notify_chunks", "notify_bytes"})
    per_s[name] = json_of(rate("metadata_" + std::string(name) + "_total"));
  for (const std::string_view reason : kReasonNames)
    per_s["batches_by_reason"][std::string(reason)] = json_of(rate("metadata_batches_total." + std::string(reason)));
  for (const char* const name :
       {"reports", "flushed", "batches", "dropped", "flush_failures", "rows_unmatched", "quarantined", "publish_errors",
        "nats_unacknowledged", "unauthorized", "listener_reconnects"})
    totals[name] = json_of(total("metadata_" + std::string(name) + "_total"));
  for (const char* const name :
       {"queue_depth", "queue_capacity", "pending_entries", "oldest_entry_age_seconds", "agents", "watchers",
        "connections", "listener_connected", "nats_connected", "notify_queue_usage", "spool_waiting"})
    now_is[name] = json_of(gauge("metadata_" + std::string(name)));
  object["findings"] = Json::array();
  for (const Finding& one : findings_) object["findings"].push_back({{"severity", one.severity}, {"text", one.text}});
  object["per_second"] = per_s;
  object["flush_time"] = {{"mean_s", json_of(mean_flush_time())},
                          {"p50", json_of(time(kFlushTime, 0.5))},
                          {"p99", json_of(time(kFlushTime, 0.99))}};
  object["now"] = now_is;
  object["total"] = totals;
  std::vector<TopLine> attention;
  add_attention(attention, now);
  object["attention"] = Json::array();
  for (const TopLine& one : attention) object["attention"].push_back(one.text.substr(2));
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace metabatch::cli
