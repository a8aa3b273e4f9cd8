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

/// Other settings for the arrivals of the last minutes: what would have been is drawn on the charts and told in a sentence,
/// and worked out anew every few seconds while it is seen. A field that is left as it runs follows what runs.
class WhatIfPanel : public QWidget {
  Q_OBJECT

 public:
  using Arrivals = std::function<models::ArrivalRing()>;

  explicit WhatIfPanel(QWidget* parent = nullptr);

  /// Another session: where its arrivals are, and nothing measured yet. Null: there is none.
  void begin(Arrivals arrivals);
  /// The same for one that was recorded and is all there.
  void begin(Arrivals arrivals, models::Measured measured);
  void append(const models::Sample& sample);
  void append(const models::FlushLine& flush) { m_measured.append(flush); }
  void setProblemColour(const QColor& colour);
  /// Whether the answer is seen and is to go on; it stands still while that is false.
  void setSeen(std::function<bool()> isSeen) { m_isSeen = std::move(isSeen); }

  /// What stands in the fields, or what is wrong with it.
  [[nodiscard]] std::optional<Config> wanted() const;
  [[nodiscard]] QString said() const { return m_said->text(); }
  /// When that was worked out, and whether it goes on.
  [[nodiscard]] QString when() const { return m_when->text(); }
  [[nodiscard]] bool isRunning() const { return m_runner.isRunning(); }
  void run();

 signals:
  /// To be drawn; null: no more.
  void answered(std::shared_ptr<const metabatch::models::WhatIfAnswer> answer);
  /// The settings tried, for what runs.
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
  Config m_shown;                 // what the placeholders say
  std::optional<Config> m_tried;  // of the answer that is shown
  std::vector<QString> m_asked;   // as the fields stood then
  std::vector<QString> m_asking;  // as they stood for what is worked out now
  std::function<bool()> m_isSeen;
  QElapsedTimer m_took;
  Instant m_due{};  // the next answer
  WallTime m_answeredAt{};
  bool m_isLive = false;
  bool m_isFollowing = false;  // nobody pressed a button for what is worked out now
  QLabel* m_problem;
  QLabel* m_said;
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
