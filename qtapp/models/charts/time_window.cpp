// SPDX-License-Identifier: Apache-2.0
#include "models/charts/time_window.hpp"

#include <QDateTime>
#include <algorithm>
#include <cmath>

namespace metabatch::models {
namespace {

using namespace std::chrono_literals;

Duration scaled(Duration duration, double factor) {
  return Duration(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

}  // namespace

void TimeWindow::setNow(Instant now) { m_now = std::max(m_now, now); }

void TimeWindow::restart(Instant now) {
  m_now = now;
  m_end.reset();
  m_cursor.reset();
  emit changed();
}

void TimeWindow::change(Duration span, std::optional<Instant> end) {
  span = std::clamp(span, kShortestWindow, kLongestWindow);
  if (end && *end >= m_now) end.reset();
  if (span == m_span && end == m_end) return;
  m_span = span;
  m_end = end;
  emit changed();
}

void TimeWindow::setSpan(Duration span) { change(span, m_end); }

void TimeWindow::zoom(double factor, double share) {
  const Duration span = std::clamp(scaled(m_span, factor), kShortestWindow, kLongestWindow);
  if (isLive()) return change(span, std::nullopt);
  const Instant held = from() + scaled(m_span, share);
  change(span, held + scaled(span, 1 - share));
}

void TimeWindow::pan(double shares) { change(m_span, to() + scaled(m_span, shares)); }

void TimeWindow::pause() {
  if (!isLive()) return;
  m_end = m_now;  // not by change(): the window stays live
  emit changed();
}

void TimeWindow::goLive() { change(m_span, std::nullopt); }

void TimeWindow::select(Instant from, Instant to) {
  const Duration span = std::clamp(Duration(to - from), kShortestWindow, kLongestWindow);
  change(span, from + (to - from) / 2 + span / 2);
}

void TimeWindow::setCursor(std::optional<Instant> cursor) {
  if (cursor == m_cursor) return;
  m_cursor = cursor;
  emit cursorMoved();
}

void TimeWindow::moveCursor(double shares, bool isPicking) {
  const Instant before = std::clamp(m_cursor.value_or(to()), from(), to());
  if (!isPicking) m_pickedFrom.reset();
  if (isPicking && !m_pickedFrom) m_pickedFrom = before;
  setCursor(std::clamp(before + scaled(m_span, shares), from(), to()));
  if (isPicking) setSelection(*m_pickedFrom, *m_cursor);
}

void TimeWindow::setSelection(Instant from, Instant to) {
  if (to < from) std::swap(from, to);
  std::optional<TimeSpan> picked;
  if (to - from >= kShortestSelection) picked = TimeSpan{from, to};
  if (picked == m_selection) return;
  m_selection = picked;
  emit selectionChanged();
}

void TimeWindow::clearSelection() {
  m_pickedFrom.reset();
  setCursor(std::nullopt);
  setSelection({}, {});
}

void TimeWindow::zoomToSelection() {
  if (!m_selection) return;
  select(m_selection->from, m_selection->to);
  clearSelection();
}

TimeTicks timeTicks(Duration span) {
  static constexpr Duration kSteps[] = {5s, 10s, 15s, 30s, 1min, 2min, 5min, 10min, 15min, 30min, 1h, 2h, 3h, 6h};
  Duration step = kSteps[std::size(kSteps) - 1];
  for (const Duration candidate : kSteps) {
    if (span > candidate * 5) continue;
    step = candidate;
    break;
  }
  if (step < 1min) return {step, 1s, "s"};
  if (step < 1h) return {step, 1min, "min"};
  return {step, 1h, "h"};
}

void TimeWindow::setWallClock(Instant at, WallTime wall) {
  m_wallAt = at;
  m_wall = wall;
}

WallTime TimeWindow::wallOf(Instant at) const {
  return m_wall + std::chrono::duration_cast<std::chrono::microseconds>(at - m_wallAt);
}

void TimeWindow::setShowsWallClock(bool shows) {
  if (shows == m_showsWallClock) return;
  m_showsWallClock = shows;
  emit changed();
}

std::vector<TimeLabel> wallLabels(const TimeWindow& window) {
  const TimeTicks ticks = timeTicks(window.span());
  const qint64 step = std::chrono::duration_cast<std::chrono::milliseconds>(ticks.step).count();
  const auto milliseconds = [&](Instant at) { return window.wallOf(at).time_since_epoch().count() / 1000; };
  const qint64 from = milliseconds(window.from()), to = milliseconds(window.to());
  const qint64 zone = QDateTime::fromMSecsSinceEpoch(to).offsetFromUtc() * qint64{1000};
  std::vector<TimeLabel> labels;
  for (qint64 at = ((from + zone) / step + 1) * step - zone; at <= to; at += step)
    labels.push_back({window.from() + std::chrono::milliseconds(at - from),
                      QDateTime::fromMSecsSinceEpoch(at).toString(step < 60'000 ? "hh:mm:ss" : "hh:mm")});
  return labels;
}

}  // namespace metabatch::models
