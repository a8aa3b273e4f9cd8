// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QWidget>
#include <map>
#include <optional>

#include "gui/session/fault_store.hpp"
#include "metabatch/config.hpp"
#include "metabatch/simulation/fleet.hpp"

class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace metabatch::gui {

class FleetKnobs;

/// Every setting of the batcher, changed while it runs. A possible change is requested at once; an
/// impossible one stays in its field with the reason below it. A change of the fleet needs a
/// button, because it creates rows.
class TunePanel : public QWidget {
  Q_OBJECT

 public:
  explicit TunePanel(QWidget* parent = nullptr);

  /// Shows these settings as running.
  void setConfig(const Config& running);
  void setFleet(const Fleet& fleet);
  void setFault(Fault fault);
  /// Hides the fleet's fields where a recording is played, because there is no fleet.
  void setFleetOffered(bool offered);
  /// Faults are offered for the demo only.
  void setFaultsOffered(bool offered);
  void setProblemColour(const QColor& colour);
  [[nodiscard]] const Config& running() const { return m_running; }
  /// The settings in the fields, or what is wrong with them.
  [[nodiscard]] Result<ValidConfig> wanted() const;

 signals:
  void changeWanted(const metabatch::Config& wanted);
  void fleetWanted(const metabatch::Fleet& fleet);
  /// The operator wants the rows of the fleet removed.
  void removalWanted();
  void faultWanted(metabatch::gui::Fault fault);
  /// The operator wants values sent that the database refuses.
  void refusalWanted();

 private:
  struct Asked {
    Config config;
    std::optional<Setting> unreadable;  // not a valid duration
  };
  [[nodiscard]] Asked asked() const;
  void addRow(QFormLayout& form, Setting setting, QWidget* field, const QString& tip);
  QWidget* makeSettings();
  void addChannel(QFormLayout& form);
  QWidget* makeFleet();
  void addKnobs(QFormLayout& form);
  QWidget* makeFaults();
  QSpinBox* sizeField(const QString& suffix, std::int64_t most);
  QLineEdit* durationField();
  QComboBox* choiceField(std::initializer_list<std::string_view> names);
  void check();
  void ask();
  void showProblem(Setting setting, const QString& problem);
  void addFleetButtons(QFormLayout& form);
  std::optional<Fleet> readFleet();
  void checkFleet();
  void applyFleet();

  Config m_running;
  Fleet m_fleet;
  bool m_isFilling = false;
  QColor m_problem;
  std::map<Setting, QLabel*> m_notes;
  QSpinBox* m_batchSize;
  QLineEdit* m_interval;
  QComboBox* m_queue;
  QSpinBox* m_capacity;
  QSpinBox* m_bytes;       // MiB
  QSpinBox* m_batchBytes;  // MiB
  QSpinBox* m_agentCapacity;
  QLineEdit* m_suppress;
  QSpinBox* m_suppressCapacity;
  QComboBox* m_schedule;
  QComboBox* m_ties;
  QComboBox* m_onFailure;
  QLineEdit* m_finalFlush;
  QSpinBox* m_payload;
  QLineEdit* m_channel;
  QSpinBox* m_agents;
  QSpinBox* m_keys;
  QLineEdit* m_every;
  FleetKnobs* m_knobs;
  QWidget* m_fleetGroup;
  QLabel* m_fleetNote;
  QPushButton* m_applyFleet;
  QWidget* m_faults;
  QComboBox* m_fault;
};

/// `batch size 500 → 5,000`: every setting that differs.
QString changeText(const Config& before, const Config& after);

}  // namespace metabatch::gui
