// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fleet_settings.hpp"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::string_view kKnobs[] = {
    "fleet.start",       "fleet.jitter",      "fleet.unchanged",     "fleet.value-bytes-most",
    "fleet.burst-every", "fleet.burst-share", "fleet.burst-reports", "fleet.stay",
    "fleet.away",        "fleet.late",        "fleet.late-by",       "fleet.duplicates",
    "fleet.unregistered"};
constexpr std::string_view kValueBytes = "fleet.value-bytes-most";  // here: of each value

/// What a scenario's fleet and a live one both have, under the same names.
template <class From, class To>
void copyKnobs(const From& from, To& to) {
  to.start = from.start;
  to.jitter = from.jitter;
  to.unchanged = from.unchanged;
  to.burst_every = from.burst_every;
  to.burst_share = from.burst_share;
  to.burst_reports = static_cast<decltype(to.burst_reports)>(from.burst_reports);
  to.stay = from.stay;
  to.away = from.away;
  to.late = from.late;
  to.late_by = from.late_by;
  to.duplicates = from.duplicates;
  to.unregistered = from.unregistered;
}

/// A scenario's values have a length; those of a live fleet, unless asked, the one that such values have.
Scenario scenarioOf(const engine::FleetOptions& fleet) {
  Scenario scenario;
  Fleet& to = scenario.fleet;
  to.agents = static_cast<std::int64_t>(fleet.agents);
  to.keys = static_cast<std::int64_t>(fleet.keys);
  to.every = fleet.every;
  if (fleet.value_bytes > 0) to.value_bytes_least = to.value_bytes_most = static_cast<std::int64_t>(fleet.value_bytes);
  copyKnobs(fleet, to);
  return scenario;
}

engine::FleetOptions optionsOf(const Fleet& fleet, const engine::FleetOptions& before, bool hasValueBytes) {
  engine::FleetOptions to = before;
  to.value_bytes = hasValueBytes ? static_cast<std::size_t>(fleet.value_bytes_most) : 0;
  copyKnobs(fleet, to);
  return to;
}

/// `value bytes`
QString labelOf(std::string_view name) {
  if (name == kValueBytes) return FleetKnobs::tr("value bytes");
  return models::text(name.substr(name.find('.') + 1)).replace('-', ' ');
}

QString standardOf(std::string_view name) {
  static const Scenario standard = scenarioOf({});
  if (name == kValueBytes) return FleetKnobs::tr("as they are met");
  return QString::fromStdString(field_text(standard, name));
}

/// Empty where it is as in a new fleet.
QString shownOf(const engine::FleetOptions& fleet, std::string_view name) {
  if (name == kValueBytes) return fleet.value_bytes == 0 ? QString() : QString::number(fleet.value_bytes);
  const QString text = QString::fromStdString(field_text(scenarioOf(fleet), name));
  return text == standardOf(name) ? QString() : text;
}

}  // namespace

FleetKnobs::FleetKnobs(QWidget* parent) : QWidget(parent) {
  auto* const form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  for (const std::string_view name : kKnobs) add(name, *form);
}

void FleetKnobs::add(std::string_view name, QFormLayout& form) {
  Knob made;
  made.field = find_field(name);
  QWidget* entry = nullptr;
  if (made.field->kind == FieldKind::choice) {
    entry = made.choice = new QComboBox;
    for (const std::string_view choice : made.field->choices) made.choice->addItem(models::text(choice));
    connect(made.choice, &QComboBox::activated, this, &FleetKnobs::changed);
  } else {
    entry = made.text = new QLineEdit;
    made.text->setPlaceholderText(standardOf(name));
    connect(made.text, &QLineEdit::editingFinished, this, &FleetKnobs::changed);
  }
  entry->setObjectName(models::text(name));
  entry->setAccessibleName(labelOf(name));
  entry->setToolTip(name == kValueBytes ? tr("Length of each value; empty: as long as such values are met.")
                                        : models::text(made.field->help));
  entry->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  made.note = new QLabel;
  made.note->setWordWrap(true);
  made.note->hide();
  form.addRow(labelOf(name), entry);
  form.addRow(made.note);
  m_knobs.push_back(made);
}

void FleetKnobs::setFleet(const engine::FleetOptions& fleet) {
  for (const Knob& knob : m_knobs) {
    knob.note->hide();
    if (knob.text != nullptr) knob.text->setText(shownOf(fleet, knob.field->name));
    if (knob.choice != nullptr)
      knob.choice->setCurrentText(QString::fromStdString(field_text(scenarioOf(fleet), knob.field->name)));
  }
}

void FleetKnobs::setProblemColour(const QColor& colour) {
  for (const Knob& knob : m_knobs) {
    QPalette palette = knob.note->palette();
    palette.setColor(QPalette::WindowText, colour);
    knob.note->setPalette(palette);
  }
}

QString FleetKnobs::typed(const Knob& knob) {
  return knob.text != nullptr ? knob.text->text().trimmed() : knob.choice->currentText();
}

bool FleetKnobs::showProblem(const Knob& wrong, const std::string& why) {
  for (const Knob& knob : m_knobs) knob.note->setVisible(&knob == &wrong);
  wrong.note->setText(QString::fromStdString(why));
  return false;
}

std::optional<engine::FleetOptions> FleetKnobs::read(const engine::FleetOptions& fleet) {
  engine::FleetOptions plain;
  plain.agents = fleet.agents;
  plain.keys = fleet.keys;
  plain.every = fleet.every;
  Scenario scenario = scenarioOf(plain);
  bool hasValueBytes = false;
  for (const Knob& knob : m_knobs) {
    const std::string text = typed(knob).toStdString();
    if (text.empty()) continue;
    if (const Result<void> done = set_field(scenario, knob.field->name, text); !done) {
      showProblem(knob, describe(done.error(), knob.field->name, text));
      return std::nullopt;
    }
    if (knob.field->name != kValueBytes) continue;
    hasValueBytes = true;
    scenario.fleet.value_bytes_least = scenario.fleet.value_bytes_most;
  }
  if (const Result<Scenario> possible = validated(scenario); !possible) {
    const auto position = possible.error().at;
    const Knob* wrong = &m_knobs.front();
    for (const Knob& knob : m_knobs)
      if (position < scenario_fields().size() && knob.field == &scenario_fields()[position]) wrong = &knob;
    showProblem(*wrong, describe(possible.error(), scenario));
    return std::nullopt;
  }
  for (const Knob& knob : m_knobs) knob.note->hide();
  return optionsOf(scenario.fleet, fleet, hasValueBytes);
}

QString fleetText(const engine::FleetOptions& fleet) {
  QString text = FleetKnobs::tr("%1 × %2 keys every %3")
                     .arg(models::counted(fleet.agents, "agent"))
                     .arg(fleet.keys)
                     .arg(QString::fromStdString(format_duration(fleet.every)));
  for (const std::string_view name : kKnobs)
    if (const QString shown = shownOf(fleet, name); !shown.isEmpty()) text += ", " + labelOf(name) + ' ' + shown;
  return text;
}

}  // namespace metabatch::gui
