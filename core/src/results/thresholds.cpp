// SPDX-License-Identifier: Apache-2.0
#include "results/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/figure_text.hpp"
#include "base/number.hpp"
#include "metabatch/time.hpp"
#include "results/guess_text.hpp"

namespace metabatch {
namespace {

constexpr std::string_view kOperations[] = {">", ">=", "<", "<=", "==", "!="};  // in the order of Operation
constexpr std::string_view kBlanks = " \t";
constexpr double kMostShown = 1e12;  // of any figure; its digits fit into 63 bits

double real(std::uint64_t count) { return static_cast<double>(count); }

using R = const JudgedResult&;
constexpr ResultFigure kFigures[] = {
    {"accepted", FigureKind::number, [](R r) { return real(r.summary.counters.accepted()); }},
    {"age.max", FigureKind::time, [](R r) { return r.summary.age_max; }, true},
    {"age.p50", FigureKind::time, [](R r) { return r.summary.age_p50; }, true},
    {"age.p99", FigureKind::time, [](R r) { return r.summary.age_p99; }, true},
    {"chunks", FigureKind::number, [](R r) { return real(r.summary.flushes.chunks); }},
    {"coalesced", FigureKind::number, [](R r) { return real(r.summary.counters.coalesced); }},
    {"db_writes_per_s", FigureKind::number, [](R r) { return r.summary.db_writes_per_s; }},
    {"delay.max", FigureKind::time, [](R r) { return r.summary.delay_max; }},
    {"delay.p50", FigureKind::time, [](R r) { return r.summary.delay_p50; }},
    {"delay.p90", FigureKind::time, [](R r) { return r.summary.delay_p90; }},
    {"delay.p99", FigureKind::time, [](R r) { return r.summary.delay_p99; }},
    {"discarded", FigureKind::number, [](R r) { return real(r.summary.counters.discarded); }},
    {"dropped", FigureKind::number, [](R r) { return real(r.summary.counters.dropped()); }},
    {"dropped.agent_full", FigureKind::number, [](R r) { return real(r.summary.counters.dropped_agent_full); }},
    {"dropped.closed", FigureKind::number, [](R r) { return real(r.summary.counters.dropped_closed); }},
    {"dropped.full", FigureKind::number, [](R r) { return real(r.summary.counters.dropped_full); }},
    {"flush_failures", FigureKind::number, [](R r) { return real(r.summary.flushes.total_failures()); }},
    {"flushes", FigureKind::number, [](R r) { return real(r.summary.flushes.total_flushes()); }},
    {"flushes.capacity", FigureKind::number, [](R r) { return real(r.summary.flushes.flushes[0]); }},
    {"flushes.scheduled", FigureKind::number, [](R r) { return real(r.summary.flushes.flushes[1]); }},
    {"flushes.shutdown", FigureKind::number, [](R r) { return real(r.summary.flushes.flushes[2]); }},
    {"held", FigureKind::number, [](R r) { return real(r.summary.counters.held()); }},
    {"notifies_per_s", FigureKind::number, [](R r) { return r.summary.notifies_per_s; }},
    {"notify_bytes", FigureKind::number, [](R r) { return real(r.summary.flushes.notify_bytes); }},
    {"offered", FigureKind::number, [](R r) { return real(r.summary.counters.offered); }},
    {"publish_errors", FigureKind::number, [](R r) { return real(r.summary.flushes.publish_errors); }},
    {"quarantined", FigureKind::number, [](R r) { return real(r.summary.counters.quarantined); }},
    {"refused_items", FigureKind::number, [](R r) { return real(r.refused_items); }},
    {"rejected_lines", FigureKind::number, [](R r) { return real(r.rejected_lines); }},
    {"rows_stale", FigureKind::number, [](R r) { return real(r.summary.counters.rows_stale); }},
    {"sanitized", FigureKind::number, [](R r) { return real(r.sanitized); }},
    {"saved", FigureKind::share, [](R r) { return r.summary.saved; }},
    {"seconds", FigureKind::time, [](R r) { return r.summary.seconds; }},
    {"spooled", FigureKind::number, [](R r) { return real(r.summary.counters.spooled); }},
    {"stale", FigureKind::number, [](R r) { return real(r.summary.counters.stale); }},
    {"unbatched.db_writes_per_s", FigureKind::number, [](R r) { return r.summary.unbatched_db_writes_per_s; }},
    {"unbatched.notifies_per_s", FigureKind::number, [](R r) { return r.summary.unbatched_notifies_per_s; }},
    {"unchanged", FigureKind::number, [](R r) { return real(r.summary.counters.unchanged); }},
    {"unmatched", FigureKind::number, [](R r) { return real(r.summary.counters.unmatched); }},
    {"updates_per_s", FigureKind::number, [](R r) { return r.summary.updates_per_s; }},
    {"written", FigureKind::number, [](R r) { return real(r.summary.counters.written); }},
};

/// Two digits behind the point, because shares near 100 % differ there.
std::string percent(double share) {
  const auto hundredths = static_cast<std::int64_t>(std::llround(std::abs(share) * 10'000));
  std::string text = std::to_string(hundredths / 100);
  text.insert(0, share < 0 ? "-" : "");
  const std::int64_t behind = hundredths % 100;
  return text.append(behind < 10 ? ".0" : ".").append(std::to_string(behind)).append(" %");
}

/// Unlike span_figure() it keeps seconds above two minutes, so that a small difference stays
/// visible.
std::string shown(FigureKind kind, double value) {
  if (!(std::abs(value) < kMostShown)) return "very much";
  if (kind == FigureKind::share) return percent(value);
  if (kind == FigureKind::number) return figure(value);
  if (value > 0 && value < 1) return figure(value * 1000) + " ms";
  return figure(value) + " s";
}

std::optional<double> value_of(FigureKind kind, std::string_view text) {
  if (kind == FigureKind::time)
    if (const Result<Duration> time = parse_duration(text)) return in_seconds(*time);
  if (kind != FigureKind::share || !text.ends_with('%')) return parse_number(text);
  text.remove_suffix(1);
  const std::optional<double> percents = parse_number(text.substr(0, text.find_last_not_of(kBlanks) + 1));
  return percents ? std::optional(*percents / 100) : std::nullopt;
}

std::string possible_text(FigureKind kind) {
  switch (kind) {
    case FigureKind::number: return "a number";
    case FigureKind::time: return "a time such as 250ms, 5s or 2m";
    case FigureKind::share: return "a share such as 90% or 0.9";
  }
  return "";
}

/// A part of the expression from `at` on.
struct Part {
  std::size_t at = 0;
  std::string_view text;
};

Part part_at(std::string_view expression, std::size_t at) {
  const std::size_t begin = std::min(expression.find_first_not_of(kBlanks, at), expression.size());
  return {begin, expression.substr(begin)};
}

}  // namespace

std::span<const ResultFigure> result_figures() { return kFigures; }

const ResultFigure* find_figure(std::string_view name) {
  std::string short_name(name);
  for (const std::string_view group : {"age_s.", "delay_s."})
    if (name.starts_with(group)) short_name.erase(group.size() - 3, 2);
  const auto* const found = std::find_if(std::begin(kFigures), std::end(kFigures),
                                         [&](const ResultFigure& one) { return one.name == short_name; });
  return found == std::end(kFigures) ? nullptr : found;
}

std::string describe(const ThresholdError& error, std::string_view expression) {
  switch (error.part) {
    case ThresholdError::Part::name:
      if (error.size == 0) return "a name is missing";
      return "no figure is called '" + std::string(expression.substr(error.at, error.size)) + "'";
    case ThresholdError::Part::operation: {
      std::string text = "here must be one of";
      for (const std::string_view one : kOperations) text.append(" ").append(one);
      return text;
    }
    case ThresholdError::Part::value: return "this must be " + possible_text(error.kind);
  }
  return "";
}

std::string explain(const ThresholdError& error, std::string_view expression) {
  std::string text = describe(error, expression);
  if (error.part != ThresholdError::Part::name) return text;
  std::vector<std::string_view> known;
  for (const ResultFigure& one : kFigures) known.push_back(one.name);
  const std::string guess = error.size == 0 ? "" : guess_text(expression.substr(error.at, error.size), known);
  text.append(guess).append(guess.empty() ? "; there are: " : " There are: ");
  for (const std::string_view name : known) text.append(name == known.front() ? "" : ", ").append(name);
  return text;
}

std::variant<Threshold, ThresholdError> Threshold::parse(std::string_view expression) {
  Part part = part_at(expression, 0);
  const std::string_view name = part.text.substr(0, part.text.find_first_of(" \t<>=!"));
  const ResultFigure* const named = find_figure(name);
  if (named == nullptr) return ThresholdError{ThresholdError::Part::name, part.at, name.size()};
  part = part_at(expression, part.at + name.size());
  const std::string_view sign = part.text.substr(0, part.text.find_first_not_of("<>=!"));
  const auto* const found = std::find(std::begin(kOperations), std::end(kOperations), sign);
  if (found == std::end(kOperations)) return ThresholdError{ThresholdError::Part::operation, part.at, sign.size()};
  part = part_at(expression, part.at + sign.size());
  const std::string_view text = part.text.substr(0, part.text.find_last_not_of(kBlanks) + 1);
  const std::optional<double> value = value_of(named->kind, text);
  if (!value) return ThresholdError{ThresholdError::Part::value, part.at, text.size(), named->kind};
  return Threshold(*named, static_cast<Operation>(found - std::begin(kOperations)), *value, text);
}

bool Threshold::is_true(double found) const {
  switch (operation_) {
    case Operation::above: return found > value_;
    case Operation::at_least: return found >= value_;
    case Operation::below: return found < value_;
    case Operation::at_most: return found <= value_;
    case Operation::equal: return found == value_;
    case Operation::unequal: return found != value_;
  }
  return false;
}

std::string Threshold::text() const {
  std::string text(figure_->name);
  return text.append(" ").append(kOperations[static_cast<std::size_t>(operation_)]).append(" ").append(value_text_);
}

std::optional<std::string> Threshold::missed(const JudgedResult& result) const {
  std::string text = this->text();
  if (figure_->is_of_rows && !result.summary.has_age) return text + ": it is not known of this run";
  const double found = figure_->of(result);
  if (!is_true(found)) return std::nullopt;
  text += ": it is " + shown(figure_->kind, found);
  if (found == value_) return text;
  return text + ", " + shown(figure_->kind, std::abs(found - value_)) + (found > value_ ? " above" : " below");
}

}  // namespace metabatch
