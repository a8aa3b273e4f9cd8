// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/panels/what_if_panel.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/clock.hpp"
#include "gui/panels/field_guard.hpp"
#include "models/setting_texts.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr Duration kAgain = std::chrono::seconds(5);  // between two answers while the panel is visible
constexpr int kMostShare = 10;                        // at most one part in so many of the time is spent on answers

QString fieldText(const Config& config, const ScenarioField& field) {
  Scenario scenario;
  scenario.config = config;
  return models::shownSetting(scenario, field);
}

QLabel* makeWords(const QString& name) {
  auto* const label = new QLabel;
  label->setObjectName(name);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

WhatIfPanel::WhatIfPanel(QWidget* parent) : QWidget(parent) {
  setObjectName("whatif");
  auto* const layout = new QVBoxLayout(this);
  layout->setContentsMargins(8, 8, 8, 8);
  auto* const intro = makeWords("whatif-intro");
  intro->setText(
      tr("Replays the updates of the last minutes with other settings, through the same batcher and a modelled "
         "database. The running settings do not change. The charts show the result as dotted lines."));
  layout->addWidget(intro);
  auto* const form = new QFormLayout;
  form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  for (const char* const name : {"batch-size", "interval", "schedule", "queue", "queue-capacity", "batch-bytes",
                                 "agent-capacity", "ties", "on-failure"})
    addField(name, QString::fromLatin1(name).replace('-', ' '), *form);
  layout->addLayout(form);
  layout->addWidget(m_problem = makeWords("whatif-problem"));
  m_problem->setAccessibleName(tr("What is wrong with the settings"));
  makeButtons(*layout);
  layout->addWidget(m_answerText = makeWords("whatif-answer"));
  QFont bold = m_answerText->font();
  bold.setBold(true);
  m_answerText->setFont(bold);
  m_answerText->setAccessibleName(tr("Result"));
  layout->addWidget(m_when = makeWords("whatif-when"));
  m_when->setAccessibleName(tr("When it was calculated"));
  layout->addWidget(m_how = makeWords("whatif-how"));
  m_how->setAccessibleName(tr("How it was calculated"));
  layout->addStretch(1);
  connect(&m_runner, &WhatIfRunner::answered, this, &WhatIfPanel::showAnswer);
  connect(&m_runner, &WhatIfRunner::failed, this, [this] {
    m_answerText->setText(tr("It cannot be calculated: the measurements give no model of the database."));
    refreshButtons();
  });
  connect(&m_runner, &WhatIfRunner::progressed, this,
          [this](double share) { m_progress->setValue(m_isFollowing ? 0 : static_cast<int>(share * 100)); });
  guardFields(*this);
  begin(nullptr);
}

void WhatIfPanel::addField(std::string_view name, const QString& label, QFormLayout& form) {
  Field made;
  made.field = find_field(name);
  QWidget* entry = nullptr;
  if (made.field->kind == FieldKind::choice) {
    entry = made.choice = new QComboBox;
    made.choice->addItem(QString());  // as it runs
    for (const std::string_view choice : made.field->choices) made.choice->addItem(models::text(choice));
    connect(made.choice, &QComboBox::activated, this, &WhatIfPanel::run);
  } else {
    entry = made.text = new QLineEdit;
    made.text->setClearButtonEnabled(true);
    connect(made.text, &QLineEdit::textChanged, this, &WhatIfPanel::check);
    connect(made.text, &QLineEdit::returnPressed, this, &WhatIfPanel::run);
  }
  entry->setObjectName("whatif-" + models::text(name));
  entry->setAccessibleName(tr("%1, what if").arg(label));
  entry->setToolTip(models::text(made.field->help));
  form.addRow(label, entry);
  m_fields.push_back(made);
}

void WhatIfPanel::makeButtons(QVBoxLayout& layout) {
  const auto button = [this](const QString& text, const char* name, const QString& tip) {
    auto* const made = new QPushButton(text);
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
  };
  m_run = button(tr("&Replay"), "whatif-run", tr("Play the last minutes again with these settings"));
  m_cancel = button(tr("Cancel"), "whatif-cancel", tr("Cancel the replay"));
  m_clear = button(tr("Clear"), "whatif-clear", tr("Empty the fields and remove the dotted lines"));
  m_apply = button(tr("&Use these settings"), "whatif-apply", tr("Apply the tried settings to the running batcher"));
  m_follows = new QCheckBox(tr("&Follow new arrivals"));
  m_follows->setObjectName("whatif-follow");
  m_follows->setToolTip(tr("Calculate it again every few seconds while it is visible and the charts follow"));
  m_follows->setChecked(true);
  m_progress = new QProgressBar;
  m_progress->setTextVisible(false);
  m_progress->setMaximumHeight(6);
  m_progress->setAccessibleName(tr("Replay"));
  auto* const first = new QHBoxLayout;
  for (QPushButton* const one : {m_run, m_cancel, m_clear}) first->addWidget(one);
  layout.addLayout(first);
  layout.addWidget(m_progress);
  layout.addWidget(m_follows);
  layout.addWidget(m_apply);
  connect(m_follows, &QCheckBox::toggled, this, &WhatIfPanel::showWhen);
  connect(m_run, &QPushButton::clicked, this, &WhatIfPanel::run);
  connect(m_cancel, &QPushButton::clicked, this, [this] {
    m_runner.cancel();
    refreshButtons();
  });
  connect(m_clear, &QPushButton::clicked, this, &WhatIfPanel::clear);
  connect(m_apply, &QPushButton::clicked, this, [this] {
    if (m_tried) emit applyWanted(*m_tried);
  });
}

void WhatIfPanel::begin(Arrivals arrivals) {
  begin(std::move(arrivals), {});
  m_isLive = m_arrivals != nullptr;
  refreshButtons();
}

void WhatIfPanel::begin(Arrivals arrivals, models::Measured measured) {
  m_runner.cancel();
  m_arrivals = std::move(arrivals);
  m_measured = std::move(measured);
  m_isLive = false;
  clear();
  showRunning();
}

void WhatIfPanel::append(const models::Sample& sample) {
  m_measured.append(sample);
  if (!(sample.config == m_shown)) showRunning();
  if (!m_run->isEnabled()) refreshButtons();
  showWhen();
  follow(sample.at);
}

Config WhatIfPanel::running() const {
  return m_measured.isEmpty() ? Config(ValidConfig()) : m_measured.newest().config;
}

void WhatIfPanel::showRunning() {
  m_shown = running();
  for (const Field& field : m_fields) {
    const QString text = fieldText(m_shown, *field.field);
    if (field.text != nullptr) field.text->setPlaceholderText(text);
    if (field.choice != nullptr) field.choice->setItemText(0, tr("%1 (running)").arg(text));
  }
  check();
}

QString WhatIfPanel::typed(const Field& field) const {
  if (field.text != nullptr) return field.text->text().trimmed();
  return field.choice->currentIndex() <= 0 ? QString() : field.choice->currentText();
}

std::vector<QString> WhatIfPanel::typed() const {
  std::vector<QString> texts;
  for (const Field& field : m_fields) texts.push_back(typed(field));
  return texts;
}

std::optional<Config> WhatIfPanel::read(const std::vector<QString>& texts, QString& problem) const {
  Scenario scenario;
  scenario.config = running();
  for (std::size_t i = 0; i < m_fields.size(); ++i) {
    const ScenarioField& field = *m_fields[i].field;
    const std::string text = models::settingText(field.kind, texts[i]);
    if (text.empty()) continue;
    if (const Result<void> done = set_field(scenario, field.name, text); !done) {
      problem = QString::fromStdString(describe(done.error(), field.name, text));
      return std::nullopt;
    }
  }
  const Result<ValidConfig> possible = validated_change(running(), scenario.config);
  if (possible) return *possible;
  problem = QString::fromStdString(describe(possible.error(), scenario.config));
  return std::nullopt;
}

std::optional<Config> WhatIfPanel::wanted() const {
  QString problem;
  return read(typed(), problem);
}

std::optional<models::WhatIfQuestion> WhatIfPanel::question() const {
  if (!m_arrivals) return std::nullopt;
  return models::whatIfQuestion(m_arrivals(), m_measured, running());
}

void WhatIfPanel::check() {
  QString problem;
  (void)read(typed(), problem);
  m_problem->setText(problem);
  m_problem->setVisible(!problem.isEmpty());
  refreshButtons();
}

void WhatIfPanel::run() {
  check();
  const std::optional<Config> config = wanted();
  if (!config || !m_arrivals) return;
  m_isFollowing = false;
  m_asking = typed();
  m_progress->setValue(0);
  if (!ask(*config)) m_answerText->setText(tr("Too few updates have arrived yet: try again in a few seconds."));
  refreshButtons();
}

bool WhatIfPanel::ask(const Config& config) {
  auto question = models::whatIfQuestion(m_arrivals(), m_measured, config);
  if (!question) return false;
  m_took.start();
  m_runner.ask(std::move(*question));
  return true;
}

bool WhatIfPanel::isFollowed() const { return m_isLive && m_follows->isChecked() && (!m_isSeen || m_isSeen()); }

/// Repeats the last question for the arrivals since then. Fields that are being edited are not part
/// of it yet.
void WhatIfPanel::follow(Instant now) {
  if (!m_tried || m_runner.isRunning() || now < m_due || !isFollowed()) return;
  QString problem;
  const std::optional<Config> config = read(m_asked, problem);
  if (!config) return;
  m_isFollowing = true;
  m_asking = m_asked;
  ask(*config);
}

void WhatIfPanel::showAnswer(const std::shared_ptr<const models::WhatIfAnswer>& answer) {
  m_tried = answer->question.config;
  m_asked = m_asking;
  m_due = answer->question.to + std::max<Duration>(kAgain, kMostShare * std::chrono::milliseconds(m_took.elapsed()));
  m_answeredAt = engine::system_clock().wall_now();
  m_answerText->setText(models::whatIfText(*answer));
  m_how->setText((models::storeText(answer->question.store) + " " + models::checkText(*answer)).trimmed());
  showWhen();
  refreshButtons();
  emit answered(answer);
}

void WhatIfPanel::showWhen() {
  QString text;
  if (m_tried && m_isLive) {
    text = isFollowed()             ? tr("Calculated at %1, and again every few seconds.")
           : m_follows->isChecked() ? tr("Calculated at %1; it does not change while the charts stand still.")
                                    : tr("Calculated at %1.");
    text = text.arg(models::clockText(m_answeredAt));
  }
  if (text != m_when->text()) m_when->setText(text);
}

void WhatIfPanel::clear() {
  m_runner.cancel();
  for (const Field& field : m_fields) {
    if (field.text != nullptr) field.text->clear();
    if (field.choice != nullptr) field.choice->setCurrentIndex(0);
  }
  m_tried.reset();
  m_answerText->clear();
  m_how->clear();
  showWhen();
  refreshButtons();
  emit answered(nullptr);
}

void WhatIfPanel::refreshButtons() {
  const bool isRunning = m_runner.isRunning() && !m_isFollowing;
  m_run->setEnabled(!isRunning && m_arrivals && !m_measured.isEmpty() && m_problem->text().isEmpty());
  m_cancel->setEnabled(isRunning);
  m_clear->setEnabled(m_tried.has_value());
  m_apply->setVisible(m_isLive);
  m_follows->setVisible(m_isLive);
  m_apply->setEnabled(m_tried && !m_measured.isEmpty() && !(*m_tried == running()));
  m_progress->setEnabled(isRunning);
  if (!isRunning) m_progress->setValue(0);
}

void WhatIfPanel::setProblemColour(const QColor& colour) {
  QPalette palette = m_problem->palette();
  palette.setColor(QPalette::WindowText, colour);
  m_problem->setPalette(palette);
}

}  // namespace metabatch::gui
