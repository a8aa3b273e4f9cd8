// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "metabatch/simulation/scenario.hpp"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace metabatch::gui {

/// What makes a simulated fleet uneven: the fields of a scenario's fleet that make sense in real
/// time, with the words and the limits that they have there. An empty field is as in a new fleet.
class FleetKnobs : public QWidget {
  Q_OBJECT

 public:
  explicit FleetKnobs(QWidget* parent = nullptr);

  void setFleet(const Fleet& fleet);
  void setProblemColour(const QColor& colour);
  /// The fleet with what stands in the fields; nothing: something is wrong with one, and is said
  /// below it.
  std::optional<Fleet> read(const Fleet& fleet);

 signals:
  /// A field was changed by hand.
  void changed();

 private:
  struct Knob {
    const ScenarioField* field = nullptr;
    QLineEdit* text = nullptr;
    QComboBox* choice = nullptr;
    QLabel* note = nullptr;
  };
  void add(std::string_view name, QFormLayout& form);
  static QString typed(const Knob& knob);
  bool showProblem(const Knob& wrong, const std::string& why);

  std::vector<Knob> m_knobs;
};

/// `600 agents × 15 keys every 10s, late 5%`: what it is, and in what it differs from a new fleet.
QString fleetText(const Fleet& fleet);

}  // namespace metabatch::gui
