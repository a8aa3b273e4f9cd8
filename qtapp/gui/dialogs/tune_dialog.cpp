// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/tune_dialog.hpp"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include "gui/window/tables.hpp"
#include "models/setting_texts.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr QSize kSize(900, 560);

QLabel* makeWords(const char* name) {
  auto* const label = new QLabel;
  label->setObjectName(name);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

}  // namespace

TuneDialog::TuneDialog(Question question, bool isLive, QWidget* parent)
    : QDialog(parent), m_question(std::move(question)), m_isLive(isLive) {
  setObjectName("tune-dialog");
  setWindowTitle(tr("Tune"));
  setSizeGripEnabled(true);
  makeLayout();
  connect(&m_runner, &TuneRunner::answered, this, &TuneDialog::show);
  connect(&m_runner, &TuneRunner::progressed, this, [this](int done, int size) {
    m_progress->setRange(0, size);
    m_progress->setValue(done);
  });
  connect(m_rows->selectionModel(), &QItemSelectionModel::selectionChanged, this, &TuneDialog::refresh);
  resize(kSize);
  refresh();
  m_delay->setFocus();
}

void TuneDialog::makeLayout() {
  QLabel* const intro = makeWords("tune-intro");
  intro->setText(
      tr("Plays the updates of the last minutes with many settings, through the same batcher and a modelled database. "
         "The running settings do not change."));
  m_progress = new QProgressBar;
  m_progress->setAccessibleName(tr("Settings tried"));
  m_progress->setFormat(tr("%v of %m settings"));
  m_verdict = makeWords("tune-verdict");
  QFont bold = m_verdict->font();
  bold.setBold(true);
  m_verdict->setFont(bold);
  m_verdict->setAccessibleName(tr("Result"));
  m_settings = makeWords("tune-settings");
  m_settings->setAccessibleName(tr("Selected settings"));
  m_reasons = makeWords("tune-reasons");
  m_reasons->setAccessibleName(tr("Reasons"));
  m_basis = makeWords("tune-basis");
  m_basis->setAccessibleName(tr("How it was calculated"));
  m_rows = makeTable(m_table, tr("Frontier, by age"));
  m_rows->setSelectionMode(QAbstractItemView::SingleSelection);
  m_rows->setItemDelegate(new ProblemDelegate(models::TuningTable::IsLosing, m_rows));
  m_rows->setMinimumHeight(120);
  auto* const layout = new QVBoxLayout(this);
  layout->addWidget(intro);
  layout->addWidget(makeQuestion());
  layout->addWidget(m_progress);
  layout->addWidget(m_verdict);
  layout->addWidget(m_rows, 1);
  for (QLabel* const words : {m_settings, m_reasons, m_basis}) layout->addWidget(words);
  layout->addWidget(makeButtons());
}

QWidget* TuneDialog::makeQuestion() {
  auto* const row = new QWidget;
  auto* const layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  m_delay = new QLineEdit(QStringLiteral("5 s"));
  m_delay->setObjectName("tune-delay");
  m_delay->setMaximumWidth(120);
  m_delay->setToolTip(tr("For 99 % of the time a watcher sees values that are not older: 250 ms, 5 s, 2 min"));
  auto* const label = new QLabel(tr("Values are at most so &old:"));
  label->setBuddy(m_delay);
  m_search = new QPushButton(tr("&Search"));
  m_search->setObjectName("tune-search");
  m_search->setDefault(true);
  m_cancel = new QPushButton(tr("Sto&p"));
  m_cancel->setObjectName("tune-cancel");
  m_cancel->setToolTip(tr("End the search with what was tried so far"));
  m_cancel->setAutoDefault(false);
  layout->addWidget(label);
  layout->addWidget(m_delay);
  layout->addWidget(m_search);
  layout->addWidget(m_cancel);
  layout->addStretch(1);
  connect(m_search, &QPushButton::clicked, this, &TuneDialog::search);
  connect(m_cancel, &QPushButton::clicked, &m_runner, &TuneRunner::cancel);
  return row;
}

QWidget* TuneDialog::makeButtons() {
  auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  m_apply = buttons->addButton(tr("&Apply"), QDialogButtonBox::ActionRole);
  m_apply->setObjectName("tune-apply");
  m_apply->setToolTip(tr("Let the batcher run with the settings of the selected row; Ctrl+Z undoes it"));
  m_apply->setVisible(m_isLive);
  connect(m_apply, &QPushButton::clicked, this, &TuneDialog::apply);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  for (QAbstractButton* const button : buttons->buttons())
    if (auto* const push = qobject_cast<QPushButton*>(button)) push->setAutoDefault(false);
  return buttons;
}

void TuneDialog::search() {
  if (m_runner.isRunning()) return;
  const std::optional<Duration> delay = models::readDuration(m_delay->text());
  if (!delay || *delay <= Duration{} || *delay > kMaxInterval) {
    m_verdict->setText(tr("The age must be a duration from 1 ns to 1 h: 250 ms, 5 s, 2 min."));
    return;
  }
  auto question = m_question();
  if (!question) {
    m_verdict->setText(tr("Too few updates have arrived yet: try again in a few seconds."));
    return;
  }
  m_progress->setRange(0, 0);
  m_runner.ask(std::move(*question), *delay);
  refresh();
}

void TuneDialog::show(const std::shared_ptr<const models::TuneAnswer>& answer) {
  m_table.show(answer);
  m_progress->setRange(0, 1);
  m_progress->reset();
  m_verdict->setText(answer ? models::verdictText(*answer) : tr("Nothing was tried."));
  m_reasons->setText(answer ? models::reasonsText(*answer) : QString());
  m_basis->setText(answer ? models::basisText(*answer) : QString());
  m_rows->resizeColumnsToContents();
  if (answer) m_rows->selectRow(m_table.recommendedRow());
  refresh();
}

void TuneDialog::refresh() {
  const bool isRunning = m_runner.isRunning();
  const QModelIndexList rows = m_rows->selectionModel()->selectedRows();
  m_search->setEnabled(!isRunning && m_question);
  m_cancel->setEnabled(isRunning);
  m_progress->setEnabled(isRunning);
  m_apply->setEnabled(m_isLive && !isRunning && !rows.isEmpty() && !m_table.point(rows.front().row()).today);
  m_settings->setText(rows.isEmpty() ? QString() : models::settingsText(m_table.point(rows.front().row()).run.config));
}

void TuneDialog::apply() {
  const QModelIndexList rows = m_rows->selectionModel()->selectedRows();
  if (!m_isLive || rows.isEmpty()) return;
  emit applyWanted(m_table.point(rows.front().row()).run.config);
  accept();
}

void TuneDialog::endSession() {
  m_isLive = false;
  refresh();
}

QString TuneDialog::verdict() const { return m_verdict->text(); }

}  // namespace metabatch::gui
