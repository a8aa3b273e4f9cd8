// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/fleet_settings.hpp"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>

#include "engine/live_fleet.hpp"
#include "models/setting_texts.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::string_view kKnobs[] = {
    "fleet.start",       "fleet.jitter",      "fleet.unchanged",     "fleet.value-bytes-most",
    "fleet.burst-every", "fleet.burst-share", "fleet.burst-reports", "fleet.stay",
    "fleet.away",        "fleet.late",        "fleet.late-by",       "fleet.duplicates",
    "fleet.unregistered"};
constexpr std::string_view kValueBytes = "fleet.value-bytes-most";  // here: of each value

Scenario scenarioOf(const Fleet& fleet) {
  Scenario scenario;
  scenario.fleet = fleet;
  return scenario;
}

/// `value bytes`
QString labelOf(std::string_view name) {
  if (name == kValueBytes) return FleetKnobs::tr("value bytes");
  return models::text(name.substr(name.find('.') + 1)).replace('-', ' ');
}

QString standardOf(std::string_view name) {
  static const Scenario standard = scenarioOf({});
  if (name == kValueBytes) return FleetKnobs::tr("as they are met");
  return models::shownSetting(standard, *find_field(name));
}

/// Empty where it is as in a new fleet.
QString shownOf(const Fleet& fleet, std::string_view name) {
  if (name == kValueBytes)
    return engine::has_lifelike_values(fleet) ? QString() : models::withCommas(fleet.value_bytes_most);
  Fleet standard;
  standard.every = fleet.every;  // which the usual jitter follows
  const QString text = models::shownSetting(scenarioOf(fleet), *find_field(name));
  return text == models::shownSetting(scenarioOf(standard), *find_field(name)) ? QString() : text;
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

void FleetKnobs::setFleet(const Fleet& fleet) {
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

std::optional<Fleet> FleetKnobs::read(const Fleet& fleet) {
  Scenario scenario;
  scenario.fleet.agents = fleet.agents;
  scenario.fleet.keys = fleet.keys;
  scenario.fleet.every = fleet.every;
  for (const Knob& knob : m_knobs) {
    const std::string text = models::settingText(knob.field->kind, typed(knob));
    if (text.empty()) continue;
    if (const Result<void> done = set_field(scenario, knob.field->name, text); !done) {
      showProblem(knob, describe(done.error(), knob.field->name, text));
      return std::nullopt;
    }
    if (knob.field->name == kValueBytes) scenario.fleet.value_bytes_least = scenario.fleet.value_bytes_most;
  }
  if (const Result<ValidScenario> possible = validated(scenario); !possible) {
    const auto position = possible.error().at;
    const Knob* wrong = &m_knobs.front();
    for (const Knob& knob : m_knobs)
      if (position < scenario_fields().size() && knob.field == &scenario_fields()[position]) wrong = &knob;
    showProblem(*wrong, describe(possible.error(), scenario));
    return std::nullopt;
  }
  for (const Knob& knob : m_knobs) knob.note->hide();
  return scenario.fleet;
}

QString fleetText(const Fleet& fleet) {
  QString text = FleetKnobs::tr("%1 × %2 keys every %3")
                     .arg(models::counted(static_cast<std::uint64_t>(fleet.agents), "agent"))
                     .arg(fleet.keys)
                     .arg(QString::fromStdString(format_duration(fleet.every)));
  for (const std::string_view name : kKnobs)
    if (const QString shown = shownOf(fleet, name); !shown.isEmpty()) text += ", " + labelOf(name) + ' ' + shown;
  return text;
}

}  // namespace metabatch::gui
