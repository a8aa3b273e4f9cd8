// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch::models {

inline constexpr Duration kShortestWindow = std::chrono::seconds(15);
inline constexpr Duration kLongestWindow = std::chrono::hours(24);
inline constexpr Duration kShortestSelection = std::chrono::milliseconds(100);

struct TimeSpan {
  Instant from{};
  Instant to{};
  [[nodiscard]] bool contains(Instant at) const { return at >= from && at <= to; }
  bool operator==(const TimeSpan&) const = default;
};

/// The span of time that all charts show together, the instant of all crosshairs, and the span that
/// the operator selected. When live, its end moves with now. Otherwise it stands still while the
/// measuring continues.
class TimeWindow : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Sets the end of live: the newest sample.
  void setNow(Instant now);
  /// Makes the window live and lets it end there from now on, even when it ended later before.
  void restart(Instant now);
  void setSpan(Duration span);
  /// Multiplies the span by `factor`; the instant at `share` of it (0 left, 1 right) stays in
  /// place.
  void zoom(double factor, double share);
  /// Moves by `shares` of the span; negative values move into the past. A window that reaches now
  /// becomes live again.
  void pan(double shares);
  void pause();
  void goLive();
  /// Shows these instants, as far as the bounds allow.
  void select(Instant from, Instant to);
  /// Sets the civil time of an instant, for axes of wall-clock time.
  void setWallClock(Instant at, WallTime wall);
  [[nodiscard]] WallTime wallOf(Instant at) const;
  /// Axes show the time of day, or else the time since then.
  void setShowsWallClock(bool shows);
  [[nodiscard]] bool showsWallClock() const { return m_showsWallClock; }
  /// nullopt: the pointer is on no chart.
  void setCursor(std::optional<Instant> cursor);
  /// Moves the cursor by `shares` of the span, within the shown span; it starts at the right edge
  /// when there was none. With isPicking, the selection extends from the first position of the
  /// cursor to the new one.
  void moveCursor(double shares, bool isPicking);
  /// Takes the ends in either order. A span shorter than kShortestSelection clears the selection.
  void setSelection(Instant from, Instant to);
  /// Clears the cursor too.
  void clearSelection();
  /// Shows only the selection, as far as the bounds allow, and clears it.
  void zoomToSelection();

  [[nodiscard]] bool isLive() const { return !m_end; }
  [[nodiscard]] Duration span() const { return m_span; }
  [[nodiscard]] Instant now() const { return m_now; }
  [[nodiscard]] Instant to() const { return m_end.value_or(m_now); }
  [[nodiscard]] Instant from() const { return to() - m_span; }
  [[nodiscard]] std::optional<Instant> cursor() const { return m_cursor; }
  [[nodiscard]] std::optional<TimeSpan> selection() const { return m_selection; }

 signals:
  /// The window shows another span, for another reason than the passing of time.
  void changed();
  void cursorMoved();
  void selectionChanged();

 private:
  void change(Duration span, std::optional<Instant> end);

  Duration m_span = std::chrono::minutes(1);
  Instant m_now{};
  std::optional<Instant> m_end;
  std::optional<Instant> m_cursor;
  std::optional<TimeSpan> m_selection;
  std::optional<Instant> m_pickedFrom;  // moved by keys
  Instant m_wallAt{};                   // the instant whose civil time is m_wall
  WallTime m_wall{};
  bool m_showsWallClock = false;
};

/// One label of a time axis.
struct TimeLabel {
  Instant at{};
  QString text;
};
/// Labels in the time zone of the machine, at round times of day.
std::vector<TimeLabel> wallLabels(const TimeWindow& window);

/// The ticks of an axis "time ago".
struct TimeTicks {
  Duration step{};
  Duration unit{};        ///< what a label counts
  const char* name = "";  ///< of the unit: s, min, h
};
TimeTicks timeTicks(Duration span);

}  // namespace metabatch::models
