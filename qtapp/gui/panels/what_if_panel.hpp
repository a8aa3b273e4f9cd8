// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QLabel>
#include <QWidget>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "gui/recordings/what_if_runner.hpp"
#include "models/charts/measured.hpp"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace metabatch::gui {

/// Other settings for the arrivals of the last minutes. Their result is drawn on the charts and
/// described in a sentence; it is recalculated every few seconds while it is visible. An unchanged
/// field follows the running setting.
class WhatIfPanel : public QWidget {
  Q_OBJECT

 public:
  using Arrivals = std::function<models::ArrivalRing()>;

  explicit WhatIfPanel(QWidget* parent = nullptr);

  /// Begins a new session, with the source of its arrivals and no measurements yet. Null: there is
  /// no session.
  void begin(Arrivals arrivals);
  /// The same for a recorded session, which is complete.
  void begin(Arrivals arrivals, models::Measured measured);
  void append(const models::Sample& sample);
  void append(const models::FlushLine& flush) { m_measured.append(flush); }
  void setProblemColour(const QColor& colour);
  /// Sets the function that says whether the answer is visible; no new answers are calculated while
  /// it returns false.
  void setSeen(std::function<bool()> isSeen) { m_isSeen = std::move(isSeen); }

  /// The settings in the fields, or nothing when one of them is wrong.
  [[nodiscard]] std::optional<Config> wanted() const;
  /// The arrivals and measurements so far, with the settings that run; nothing while there is too
  /// little of them.
  [[nodiscard]] std::optional<models::WhatIfQuestion> question() const;
  [[nodiscard]] QString answerText() const { return m_answerText->text(); }
  /// When the answer was calculated, and whether it is kept up to date.
  [[nodiscard]] QString when() const { return m_when->text(); }
  [[nodiscard]] bool isRunning() const { return m_runner.isRunning(); }
  void run();

 signals:
  /// The answer to draw; null: none.
  void answered(std::shared_ptr<const metabatch::models::WhatIfAnswer> answer);
  /// Applies the tried settings to the running batcher.
  void applyWanted(const metabatch::Config& config);

 private:
  struct Field {
    const ScenarioField* field = nullptr;
    QLineEdit* text = nullptr;
    QComboBox* choice = nullptr;
  };
  void addField(std::string_view name, const QString& label, QFormLayout& form);
  void makeButtons(QVBoxLayout& layout);
  [[nodiscard]] QString typed(const Field& field) const;
  [[nodiscard]] std::vector<QString> typed() const;
  [[nodiscard]] Config running() const;
  [[nodiscard]] std::optional<Config> read(const std::vector<QString>& texts, QString& problem) const;
  bool ask(const Config& config);
  [[nodiscard]] bool isFollowed() const;
  void follow(Instant now);
  void showWhen();
  void showRunning();
  void check();
  void showAnswer(const std::shared_ptr<const models::WhatIfAnswer>& answer);
  void clear();
  void refreshButtons();

  models::Measured m_measured;
  Arrivals m_arrivals;
  WhatIfRunner m_runner;
  std::vector<Field> m_fields;
  Config m_shown;                 // shown as placeholders
  std::optional<Config> m_tried;  // of the shown answer
  std::vector<QString> m_asked;   // the fields' content then
  std::vector<QString> m_asking;  // the fields' content for the running calculation
  std::function<bool()> m_isSeen;
  QElapsedTimer m_took;
  Instant m_due{};  // the next answer
  WallTime m_answeredAt{};
  bool m_isLive = false;
  bool m_isFollowing = false;  // the running calculation was started by no button
  QLabel* m_problem;
  QLabel* m_answerText;
  QLabel* m_when;
  QLabel* m_how;
  QCheckBox* m_follows;
  QProgressBar* m_progress;
  QPushButton* m_run;
  QPushButton* m_cancel;
  QPushButton* m_clear;
  QPushButton* m_apply;
};

}  // namespace metabatch::gui
