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

/// The stretch of time that all charts show together, the instant that all crosshairs point at, and the stretch
/// that the operator picked. Live: its end
/// moves with now; otherwise it stands still, while what runs goes on.
class TimeWindow : public QObject {
  Q_OBJECT

 public:
  using QObject::QObject;

  /// Where live ends; the newest sample.
  void setNow(Instant now);
  /// Live, and that is where it ends from now on, also when it was later before.
  void restart(Instant now);
  void setSpan(Duration span);
  /// Makes the span `factor` times as long; the instant at `share` of it (0 left, 1 right) stays where it is.
  void zoom(double factor, double share);
  /// Moves by `shares` of the span, to the past where negative. Moved up to now it is live again.
  void pan(double shares);
  void pause();
  void goLive();
  /// Shows these instants, as near as the bounds allow.
  void select(Instant from, Instant to);
  /// What the civil clock shows at an instant, for axes of wall-clock time.
  void setWallClock(Instant at, WallTime wall);
  [[nodiscard]] WallTime wallOf(Instant at) const;
  /// Axes show the time of day instead of how long ago something was.
  void setShowsWallClock(bool shows);
  [[nodiscard]] bool showsWallClock() const { return m_showsWallClock; }
  /// nullopt: the pointer is on no chart.
  void setCursor(std::optional<Instant> cursor);
  /// Moves the cursor by `shares` of the span, from the right edge where there was none; within what is shown. Picking: the
  /// selection goes from where the cursor was first to where it is now.
  void moveCursor(double shares, bool isPicking);
  /// In either order; shorter than kShortestSelection it is none.
  void setSelection(Instant from, Instant to);
  /// The cursor goes too.
  void clearSelection();
  /// Shows the selection alone, as near as the bounds allow, and clears it.
  void zoomToSelection();

  [[nodiscard]] bool isLive() const { return !m_end; }
  [[nodiscard]] Duration span() const { return m_span; }
  [[nodiscard]] Instant now() const { return m_now; }
  [[nodiscard]] Instant to() const { return m_end.value_or(m_now); }
  [[nodiscard]] Instant from() const { return to() - m_span; }
  [[nodiscard]] std::optional<Instant> cursor() const { return m_cursor; }
  [[nodiscard]] std::optional<TimeSpan> selection() const { return m_selection; }

 signals:
  /// Another stretch than before, other than by the passing of time.
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
  std::optional<Instant> m_pickedFrom;  // by keys
  Instant m_wallAt{};                   // what the civil clock shows then: m_wall
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

/// Where the ticks of an axis "time ago" go.
struct TimeTicks {
  Duration step{};
  Duration unit{};        ///< what a label counts
  const char* name = "";  ///< of the unit: s, min, h
};
TimeTicks timeTicks(Duration span);


}  // namespace metabatch::models
