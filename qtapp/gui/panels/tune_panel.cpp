// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/tune_panel.hpp"

#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include "gui/panels/field_guard.hpp"
#include "gui/session/fleet_feeder.hpp"
#include "gui/session/fleet_settings.hpp"
#include "models/setting_texts.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

QString settingName(Setting setting) { return models::text(name_of(setting)).replace('_', ' '); }

QString durationText(Duration duration) { return QString::fromStdString(format_duration(duration)); }

}  // namespace

TunePanel::TunePanel(QWidget* parent) : QWidget(parent) {
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  layout->addWidget(makeSettings());
  m_fleetGroup = makeFleet();
  layout->addWidget(m_fleetGroup);
  layout->addWidget(m_faults = makeFaults());
  layout->addStretch(1);
  guardFields(*this);
}

QSpinBox* TunePanel::sizeField(const QString& suffix, std::int64_t most) {
  auto* const field = new QSpinBox;
  field->setRange(-1, static_cast<int>(most));  // impossible values can be typed, and are explained
  field->setSuffix(suffix);
  field->setGroupSeparatorShown(true);
  field->setKeyboardTracking(false);
  field->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  connect(field, &QSpinBox::valueChanged, this, &TunePanel::ask);
  connect(field->findChild<QLineEdit*>(), &QLineEdit::textEdited, this, &TunePanel::check);
  return field;
}

QLineEdit* TunePanel::durationField() {
  auto* const field = new QLineEdit;
  field->setPlaceholderText(QStringLiteral("5s"));
  connect(field, &QLineEdit::textEdited, this, &TunePanel::check);
  connect(field, &QLineEdit::editingFinished, this, &TunePanel::ask);
  return field;
}

QComboBox* TunePanel::choiceField(std::initializer_list<std::string_view> names) {
  auto* const field = new QComboBox;
  for (const std::string_view name : names) field->addItem(models::text(name));
  connect(field, &QComboBox::currentIndexChanged, this, &TunePanel::ask);
  return field;
}

void TunePanel::addRow(QFormLayout& form, Setting setting, QWidget* field, const QString& tip) {
  const QString name = settingName(setting);
  field->setObjectName(models::text(name_of(setting)));
  field->setAccessibleName(name);
  field->setToolTip(tip);
  field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  auto* const note = new QLabel;
  note->setWordWrap(true);
  note->hide();
  m_notes[setting] = note;
  auto* const both = new QVBoxLayout;
  both->setSpacing(1);
  both->addWidget(field);
  both->addWidget(note);
  auto* const label = new QLabel(name);
  label->setToolTip(tip);
  label->setBuddy(field);
  form.addRow(label, both);
}

QWidget* TunePanel::makeSettings() {
  auto* const group = new QGroupBox(tr("Settings, live"));
  auto& form = *new QFormLayout(group);
  form.setRowWrapPolicy(QFormLayout::DontWrapRows);
  form.setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  addRow(form, Setting::batch_size, m_batchSize = sizeField(tr(" entries"), 10'000'000),
         tr("A batch with this many entries leaves at once."));
  addRow(form, Setting::interval, m_interval = durationField(),
         tr("How long entries wait at most: 250 ms, 5 s, 2 min."));
  addRow(form, Setting::schedule,
         m_schedule = choiceField({name_of(SchedulePolicy::fixed), name_of(SchedulePolicy::after_flush),
                                   name_of(SchedulePolicy::linger), name_of(SchedulePolicy::reset)}),
         tr("fixed: ticks every interval. after_flush: counted from the end of the last flush. linger: from the first "
            "entry of an empty batch. reset: a timer that each flush and each firing sets anew."));
  addRow(form, Setting::queue, m_queue = choiceField({name_of(QueuePolicy::coalesce), name_of(QueuePolicy::fifo)}),
         tr("coalesce: a repeat of a key uses no capacity. fifo: every update uses a slot until the flush ends."));
  addRow(form, Setting::queue_capacity, m_capacity = sizeField({}, 1'000'000'000),
         tr("The capacity: entries buffered in total (fifo: slots)."));
  addRow(form, Setting::queue_bytes, m_bytes = sizeField(tr(" MiB"), 1'000'000),
         tr("The capacity in bytes of keys, values and errors."));
  addRow(form, Setting::batch_bytes, m_batchBytes = sizeField(tr(" MiB"), 1'000'000),
         tr("A batch also ends before its keys, values and errors exceed this size."));
  addRow(form, Setting::agent_capacity, m_agentCapacity = sizeField(tr(" keys"), 1'000'000'000),
         tr("How many keys of one agent are buffered at most."));
  addRow(form, Setting::suppress_unchanged, m_suppress = durationField(),
         tr("A value that was written less than this ago is not written again; 0 s: every value is. Other writers of "
            "the database are not noticed."));
  addRow(form, Setting::suppress_capacity, m_suppressCapacity = sizeField(tr(" keys"), kMaxSuppressCapacity),
         tr("How many keys are remembered for that, 64 bytes each."));
  addRow(form, Setting::ties, m_ties = choiceField({name_of(Ties::keep_first), name_of(Ties::keep_last)}),
         tr("Who wins when two updates of a key have the same time."));
  addRow(form, Setting::on_failure,
         m_onFailure = choiceField({name_of(OnFailure::retain), name_of(OnFailure::discard)}),
         tr("retain: unwritten entries are kept and retried. discard: they are dropped and counted."));
  addRow(form, Setting::final_flush_timeout, m_finalFlush = durationField(), tr("How long closing may take."));
  addRow(form, Setting::max_payload_bytes, m_payload = sizeField(tr(" bytes"), 1'000'000),
         tr("Budget of one notification."));
  addChannel(form);
  return group;
}

void TunePanel::addChannel(QFormLayout& form) {
  m_channel = new QLineEdit;  // in a row of its own, because names are long
  m_channel->setObjectName(models::text(name_of(Setting::channel)));
  m_channel->setAccessibleName(settingName(Setting::channel));
  m_channel->setReadOnly(true);
  m_channel->setFrame(false);
  form.addRow(new QLabel(settingName(Setting::channel)));
  form.addRow(m_channel);
}

QWidget* TunePanel::makeFleet() {
  auto* const group = new QGroupBox(tr("Simulated fleet"));
  auto* const form = new QFormLayout(group);
  m_agents = sizeField({}, 100'000);
  m_keys = sizeField({}, 200);
  m_every = durationField();
  for (QSpinBox* const field : {m_agents, m_keys}) {
    field->disconnect(this);
    field->findChild<QLineEdit*>()->disconnect(this);
    field->setMinimum(1);
    connect(field, &QSpinBox::valueChanged, this, &TunePanel::checkFleet);
    connect(field->findChild<QLineEdit*>(), &QLineEdit::returnPressed, this, &TunePanel::applyFleet);
  }
  m_every->disconnect(this);
  connect(m_every, &QLineEdit::textEdited, this, &TunePanel::checkFleet);
  connect(m_every, &QLineEdit::returnPressed, this, &TunePanel::applyFleet);
  m_agents->setObjectName("agents");
  m_keys->setObjectName("keys");
  m_every->setObjectName("every");
  m_every->setAccessibleName(tr("time between two reports of an agent"));
  m_fleetNote = new QLabel;
  m_fleetNote->setWordWrap(true);
  m_fleetNote->hide();
  form->addRow(tr("agents"), m_agents);
  form->addRow(tr("keys each"), m_keys);
  form->addRow(tr("report every"), m_every);
  form->addRow(m_fleetNote);
  addKnobs(*form);
  addFleetButtons(*form);
  return group;
}

void TunePanel::addFleetButtons(QFormLayout& form) {
  m_applyFleet = new QPushButton(tr("&Apply to the fleet"));
  m_applyFleet->setObjectName("fleet-apply");
  m_applyFleet->setEnabled(false);
  auto* const remove = new QPushButton(tr("Remo&ve its rows …"));
  remove->setObjectName("fleet-remove");
  remove->setToolTip(tr("Stop the fleet and delete the rows of its agents from the database"));
  form.addRow(m_applyFleet);
  form.addRow(remove);
  connect(m_applyFleet, &QPushButton::clicked, this, &TunePanel::applyFleet);
  connect(remove, &QPushButton::clicked, this, &TunePanel::removalWanted);
}

void TunePanel::addKnobs(QFormLayout& form) {
  m_knobs = new FleetKnobs;
  m_knobs->hide();
  auto* const more = new QToolButton;
  more->setObjectName("fleet-more");
  more->setText(tr("More of the fleet"));
  more->setToolTip(tr("Bursts, late and repeated reports, agents that come and go or have no rows ..."));
  more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  more->setArrowType(Qt::RightArrow);
  more->setAutoRaise(true);
  more->setCheckable(true);
  connect(more, &QToolButton::toggled, m_knobs, [this, more](bool on) {
    more->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
    m_knobs->setVisible(on);
  });
  connect(m_knobs, &FleetKnobs::changed, this, &TunePanel::checkFleet);
  form.addRow(more);
  form.addRow(m_knobs);
}

QWidget* TunePanel::makeFaults() {
  auto* const group = new QGroupBox(tr("Let something go wrong"));
  auto* const form = new QFormLayout(group);
  m_fault = new QComboBox;
  m_fault->setObjectName("fault");
  m_fault->setAccessibleName(tr("fault"));
  m_fault->addItems({tr("nothing"), tr("slow database (+1.5 s)"), tr("database refuses"), tr("connection lost")});
  connect(m_fault, &QComboBox::activated, this, [this](int index) { emit faultWanted(static_cast<Fault>(index)); });
  form->addRow(tr("fault"), m_fault);
  auto* const refused = new QPushButton(tr("Send refused &values"));
  refused->setObjectName("refused");
  refused->setToolTip(tr("Three values of 70,000 characters, which no column holds: see the Quarantine page"));
  connect(refused, &QPushButton::clicked, this, &TunePanel::refusalWanted);
  form->addRow(refused);
  return group;
}

void TunePanel::setConfig(const Config& running) {
  m_isFilling = true;
  m_running = running;
  m_batchSize->setValue(static_cast<int>(running.batch_size));
  m_interval->setText(durationText(running.interval));
  m_queue->setCurrentIndex(static_cast<int>(running.queue));
  m_capacity->setValue(static_cast<int>(running.queue_capacity));
  m_capacity->setSuffix(running.queue == QueuePolicy::fifo ? tr(" slots") : tr(" entries"));
  m_bytes->setValue(static_cast<int>(running.queue_bytes / kMiB));
  m_batchBytes->setValue(static_cast<int>(running.batch_bytes / kMiB));
  m_agentCapacity->setValue(static_cast<int>(running.agent_capacity));
  m_suppress->setText(durationText(running.suppress_unchanged));
  m_suppressCapacity->setValue(static_cast<int>(running.suppress_capacity));
  m_schedule->setCurrentIndex(static_cast<int>(running.schedule));
  m_ties->setCurrentIndex(static_cast<int>(running.ties));
  m_onFailure->setCurrentIndex(static_cast<int>(running.on_failure));
  m_finalFlush->setText(durationText(running.final_flush_timeout));
  m_payload->setValue(static_cast<int>(running.max_payload_bytes));
  m_channel->setText(QString::fromStdString(running.channel));
  m_channel->setToolTip(tr("%1: cannot change while running.").arg(m_channel->text()));
  m_channel->setCursorPosition(0);
  m_isFilling = false;
  check();
}

void TunePanel::setFleet(const Fleet& fleet) {
  m_isFilling = true;
  m_fleet = fleet;
  m_agents->setValue(static_cast<int>(fleet.agents));
  m_keys->setValue(static_cast<int>(fleet.keys));
  m_every->setText(durationText(fleet.every));
  m_knobs->setFleet(fleet);
  m_isFilling = false;
  checkFleet();
}

void TunePanel::setFault(Fault fault) { m_fault->setCurrentIndex(static_cast<int>(fault)); }
void TunePanel::setFleetOffered(bool offered) { m_fleetGroup->setVisible(offered); }
void TunePanel::setFaultsOffered(bool offered) { m_faults->setVisible(offered); }

void TunePanel::setProblemColour(const QColor& colour) {
  for (const auto& [setting, note] : m_notes) {
    QPalette palette = note->palette();
    palette.setColor(QPalette::WindowText, colour);
    note->setPalette(palette);
  }
  m_knobs->setProblemColour(colour);
  m_fleetNote->setPalette(m_notes.begin()->second->palette());
}

TunePanel::Asked TunePanel::asked() const {
  const auto typed = [](const QSpinBox& field) {  // while it is being typed, too
    static const QRegularExpression notOfANumber("[^0-9-]");
    bool isNumber = false;
    const qlonglong number = QString(field.cleanText()).remove(notOfANumber).toLongLong(&isNumber);
    return isNumber ? number : static_cast<qlonglong>(field.value());
  };
  Asked found{m_running, std::nullopt};
  Config& config = found.config;
  config.batch_size = typed(*m_batchSize);
  config.queue = static_cast<QueuePolicy>(m_queue->currentIndex());
  config.queue_capacity = typed(*m_capacity);
  if (typed(*m_bytes) != m_running.queue_bytes / kMiB) config.queue_bytes = typed(*m_bytes) * kMiB;
  if (typed(*m_batchBytes) != m_running.batch_bytes / kMiB) config.batch_bytes = typed(*m_batchBytes) * kMiB;
  config.agent_capacity = typed(*m_agentCapacity);
  config.suppress_capacity = typed(*m_suppressCapacity);
  config.schedule = static_cast<SchedulePolicy>(m_schedule->currentIndex());
  config.ties = static_cast<Ties>(m_ties->currentIndex());
  config.on_failure = static_cast<OnFailure>(m_onFailure->currentIndex());
  config.max_payload_bytes = typed(*m_payload);
  const auto read = [&](Setting setting, const QLineEdit& field, Duration& value) {
    if (const std::optional<Duration> duration = models::readDuration(field.text()))
      value = *duration;
    else
      found.unreadable = setting;
  };
  read(Setting::final_flush_timeout, *m_finalFlush, config.final_flush_timeout);
  read(Setting::suppress_unchanged, *m_suppress, config.suppress_unchanged);
  read(Setting::interval, *m_interval, config.interval);
  return found;
}

Result<ValidConfig> TunePanel::wanted() const {
  const Asked found = asked();
  if (found.unreadable) return Error{Errc::bad_duration, static_cast<std::size_t>(*found.unreadable)};
  return validated_change(m_running, found.config);
}

void TunePanel::showProblem(Setting setting, const QString& problem) {
  for (const auto& [each, note] : m_notes) {
    note->setVisible(each == setting && !problem.isEmpty());
    if (each == setting) note->setText(problem);
  }
}

void TunePanel::check() {
  if (m_isFilling) return;
  const Result<ValidConfig> possible = wanted();
  if (possible) return showProblem(Setting::channel, {});
  const Error wrong = possible.error();
  showProblem(static_cast<Setting>(wrong.at), wrong.code == Errc::bad_duration
                                                  ? tr("not a duration: 250 ms, 5 s, 2 min")
                                                  : QString::fromStdString(describe(wrong, asked().config)));
}

void TunePanel::ask() {
  if (m_isFilling) return;
  check();
  const Result<ValidConfig> possible = wanted();
  if (possible && !(*possible == m_running)) emit changeWanted(*possible);
}

/// The fleet in the fields, or nothing; the problem is shown beside the field.
std::optional<Fleet> TunePanel::readFleet() {
  const std::optional<Duration> every = models::readDuration(m_every->text());
  const bool isTime = every && *every >= std::chrono::milliseconds(1) && *every <= kMaxInterval;
  const bool isPossible = isTime && m_agents->value() * m_keys->value() <= kMostFleetRows;
  m_fleetNote->setVisible(!isPossible);
  if (!isTime) m_fleetNote->setText(tr("report every: from 1 ms to 1 h"));
  if (isTime && !isPossible)
    m_fleetNote->setText(tr("agents × keys: at most %1").arg(models::withCommas(kMostFleetRows)));
  if (!isPossible) return std::nullopt;
  Fleet fleet = m_fleet;
  fleet.agents = m_agents->value();
  fleet.keys = m_keys->value();
  fleet.every = *every;
  return m_knobs->read(fleet);
}

void TunePanel::checkFleet() {
  if (m_isFilling) return;
  const auto fleet = readFleet();
  m_applyFleet->setEnabled(fleet && !(*fleet == m_fleet));
  const bool isLarger = fleet && (fleet->agents > m_fleet.agents || fleet->keys > m_fleet.keys);
  const auto rows = static_cast<quint64>(isLarger ? fleet->agents * fleet->keys - m_fleet.agents * m_fleet.keys : 0);
  m_applyFleet->setText(rows > 0 && rows <= kMostFleetRows
                            ? tr("&Apply: creates up to %1").arg(models::counted(rows, "row"))
                            : tr("&Apply to the fleet"));
}

void TunePanel::applyFleet() {
  if (m_isFilling) return;
  const auto fleet = readFleet();
  if (fleet && !(*fleet == m_fleet)) emit fleetWanted(*fleet);
}

QString changeText(const Config& before, const Config& after) {
  QStringList parts;
  const auto size = [&](Setting setting, std::int64_t was, std::int64_t is) {
    if (was != is)
      parts += QStringLiteral("%1 %2 → %3")
                   .arg(settingName(setting), models::withCommas(static_cast<quint64>(was)),
                        models::withCommas(static_cast<quint64>(is)));
  };
  const auto word = [&](Setting setting, const QString& was, const QString& is) {
    if (was != is) parts += QStringLiteral("%1 %2 → %3").arg(settingName(setting), was, is);
  };
  size(Setting::batch_size, before.batch_size, after.batch_size);
  word(Setting::interval, durationText(before.interval), durationText(after.interval));
  word(Setting::schedule, models::text(name_of(before.schedule)), models::text(name_of(after.schedule)));
  word(Setting::queue, models::text(name_of(before.queue)), models::text(name_of(after.queue)));
  size(Setting::queue_capacity, before.queue_capacity, after.queue_capacity);
  size(Setting::queue_bytes, before.queue_bytes, after.queue_bytes);
  size(Setting::batch_bytes, before.batch_bytes, after.batch_bytes);
  size(Setting::agent_capacity, before.agent_capacity, after.agent_capacity);
  word(Setting::suppress_unchanged, durationText(before.suppress_unchanged), durationText(after.suppress_unchanged));
  size(Setting::suppress_capacity, before.suppress_capacity, after.suppress_capacity);
  word(Setting::ties, models::text(name_of(before.ties)), models::text(name_of(after.ties)));
  word(Setting::on_failure, models::text(name_of(before.on_failure)), models::text(name_of(after.on_failure)));
  word(Setting::final_flush_timeout, durationText(before.final_flush_timeout), durationText(after.final_flush_timeout));
  size(Setting::max_payload_bytes, before.max_payload_bytes, after.max_payload_bytes);
  return parts.join(", ");
}

}  // namespace metabatch::gui
