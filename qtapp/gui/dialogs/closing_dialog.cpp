// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/closing_dialog.hpp"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <cmath>

#include "gui/files/file_dialogs.hpp"
#include "gui/session/live_session.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kAfterMs = 800;  // a shorter closing needs no dialog
constexpr int kWidth = 460;

}  // namespace

void ClosingDialog::watch(LiveSession& session, const models::Condition& condition, QWidget& window) {
  if (auto* const dialog = window.findChild<ClosingDialog*>())
    dialog->open();
  else
    new ClosingDialog(session, condition, window);
}

ClosingDialog::ClosingDialog(LiveSession& session, const models::Condition& condition, QWidget& window)
    : QDialog(&window), m_session(session), m_condition(condition) {
  setObjectName("closing");
  setWindowTitle(tr("Closing"));
  makeLayout();
  m_since.start();
  m_soon.setSingleShot(true);
  connect(&m_soon, &QTimer::timeout, this, &QDialog::open);
  m_soon.start(kAfterMs);
  connect(&session, &LiveSession::sampled, this,
          [this](const std::shared_ptr<const SessionSnapshot>& snapshot) { refresh(snapshot->sample); });
  connect(&session, &LiveSession::overdue, this, [this] {
    m_isOverdue = true;
    open();
  });
  connect(&session, &LiveSession::notSaved, this, [this](const QString& why) {
    m_why->setText(why);
    for (QPushButton* const button : {m_wait, m_save, m_leave}) button->setEnabled(button != m_wait);
  });
  connect(&session, &LiveSession::closed, this, &QObject::deleteLater);
}

void ClosingDialog::makeLayout() {
  m_text = new QLabel(tr("Writing the buffered entries …"));
  m_why = new QLabel;
  for (QLabel* const label : {m_text, m_why}) {
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setFixedWidth(kWidth);
  }
  m_why->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_progress = new QProgressBar;
  m_progress->setRange(0, 1000);
  m_progress->setAccessibleName(tr("Entries written"));
  auto* const buttons = new QDialogButtonBox;
  m_wait = buttons->addButton(tr("&Keep waiting"), QDialogButtonBox::RejectRole);
  m_wait->setObjectName("closing-wait");
  m_save = buttons->addButton(tr("&Save the entries as NDJSON …"), QDialogButtonBox::ActionRole);
  m_save->setObjectName("closing-save");
  m_leave = buttons->addButton(tr("&Leave"), QDialogButtonBox::DestructiveRole);
  m_leave->setObjectName("closing-leave");
  m_leave->setToolTip(tr("End now; the buffered entries are lost"));
  m_wait->setDefault(true);
  connect(m_wait, &QPushButton::clicked, this, &ClosingDialog::keepWaiting);
  connect(m_save, &QPushButton::clicked, this, &ClosingDialog::chooseFile);
  connect(m_leave, &QPushButton::clicked, this, [this] { leave({}); });
  auto* const layout = new QVBoxLayout(this);
  for (QWidget* const part : std::initializer_list<QWidget*>{m_text, m_progress, m_why, buttons})
    layout->addWidget(part);
}

void ClosingDialog::refresh(const models::Sample& sample) {
  const quint64 buffered = sample.counters.held();
  m_most = std::max(m_most, buffered);
  m_progress->setValue(m_most == 0 ? 1000 : static_cast<int>(1000 * (m_most - buffered) / m_most));
  const QString waited = models::secondsText(std::floor(static_cast<double>(m_since.elapsed()) / 1e3));
  m_text->setText(tr("%1 still buffered; writing them for %2.").arg(models::counted(buffered, "update"), waited));
  QString why = m_condition.lastFailure;
  if (m_isOverdue) why += '\n' + tr("The time limit for closing has passed. Nothing is lost while this program waits.");
  m_why->setText(why.trimmed());
}

/// The closing goes on in the background. Ctrl+W or the close button shows the dialog again.
void ClosingDialog::keepWaiting() { hide(); }

void ClosingDialog::chooseFile() {
  auto* const dialog =
      askWhereToSave(this, tr("Save the buffered entries"), "buffered.ndjson", tr("NDJSON (*.ndjson)"));
  connect(dialog, &QFileDialog::fileSelected, this, &ClosingDialog::leave);
}

void ClosingDialog::leave(const QString& file) {
  for (QPushButton* const button : {m_wait, m_save, m_leave}) button->setEnabled(false);
  m_text->setText(file.isEmpty() ? tr("Leaving …") : tr("Saving to %1 …").arg(file));
  m_session.leave(file);
}

}  // namespace metabatch::gui
