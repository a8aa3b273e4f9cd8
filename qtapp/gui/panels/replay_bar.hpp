// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolBar>
#include <deque>

#include "models/recordings/replay_progress.hpp"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace metabatch::gui {

struct SessionPlan;

/// The progress of a replay, in words and as a bar, with its controls. Visible only while a replay
/// is open.
class ReplayBar : public QToolBar {
  Q_OBJECT

 public:
  explicit ReplayBar(QWidget* parent = nullptr);

  /// A session begins; without a replay the bar hides.
  void begin(const SessionPlan& plan);
  void setProgress(const models::ReplayProgress& progress);
  [[nodiscard]] QString text() const;
  /// Every refused line, as far as they are stored.
  [[nodiscard]] const std::deque<models::LineProblem>& problems() const { return m_problems; }

 signals:
  void pauseWanted(bool paused);
  void speedWanted(double speed);
  void skipWanted();

 private:
  QWidget* makeRow();
  void showProblems();
  void fillSpeeds(double speed);
  [[nodiscard]] QString problemsText() const;

  QLabel* m_name;
  QProgressBar* m_share;
  QLabel* m_text;
  QPushButton* m_bad;
  QToolButton* m_skip;
  QToolButton* m_pause;
  QComboBox* m_speed;
  std::deque<models::LineProblem> m_problems;
  quint64 m_unreported = 0;  // not stored
};

/// Adds the offered speeds: the recorded pace first, as fast as possible last.
void addSpeeds(QComboBox& box);

}  // namespace metabatch::gui
