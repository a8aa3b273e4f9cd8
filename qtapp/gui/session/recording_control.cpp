// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/session/recording_control.hpp"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMainWindow>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressDialog>
#include <QStatusBar>

#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kProgressAfter = 300;  // milliseconds: a file that takes less is simply there

QString fileOf(const QMimeData& data) {
  for (const QUrl& url : data.urls())
    if (url.isLocalFile()) return url.toLocalFile();
  return {};
}

}  // namespace

RecordingDoor::RecordingDoor(QMainWindow& window, std::function<QString()> whyNot)
    : QObject(&window), m_window(window), m_whyNot(std::move(whyNot)) {
  m_action = new QAction(tr("&Open recording …"), this);
  m_action->setShortcut(QKeySequence::Open);
  m_action->setToolTip(tr("Show a recorded session (Ctrl+O); a file dropped on the window does the same"));
  connect(m_action, &QAction::triggered, this, &RecordingDoor::choose);
  connect(&m_opener, &RecordingOpener::opened, this, &RecordingDoor::welcome);
  connect(&m_opener, &RecordingOpener::failed, this, [this](const QString& why) {
    if (why.isEmpty()) return m_window.statusBar()->showMessage(tr("Not opened"), 5'000);
    tell(why);
  });
  window.setAcceptDrops(true);
  window.installEventFilter(this);
}

void RecordingDoor::choose() {
  auto* const dialog =
      new QFileDialog(&m_window, tr("Open recording"), {}, tr("Recordings (*.ndjson *.jsonl);;All files (*)"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  connect(dialog, &QFileDialog::fileSelected, this, &RecordingDoor::open);
  dialog->open();
}

void RecordingDoor::open(const QString& file) {
  if (m_opener.isReading()) return;
  if (const QString why = m_whyNot(); !why.isEmpty()) return tell(why);
  m_opener.open(file);
  showProgress();
}

void RecordingDoor::showProgress() {
  const QString name = QFileInfo(m_opener.file()).fileName();
  auto* const progress = new QProgressDialog(tr("Reading %1").arg(name), tr("Cancel"), 0, 100, &m_window);
  progress->setObjectName("reading");
  progress->setAttribute(Qt::WA_DeleteOnClose);
  progress->setMinimumDuration(kProgressAfter);
  progress->setAutoReset(false);
  connect(&m_opener, &RecordingOpener::progressed, progress, [progress](qint64 read, qint64 size) {
    if (size > 0) progress->setValue(static_cast<int>(read * 100 / size));
  });
  connect(progress, &QProgressDialog::canceled, &m_opener, &RecordingOpener::cancel);
  connect(&m_opener, &RecordingOpener::opened, progress, &QObject::deleteLater);
  connect(&m_opener, &RecordingOpener::failed, progress, &QObject::deleteLater);
  progress->setValue(0);
}

void RecordingDoor::welcome(const std::shared_ptr<models::OpenedSession>& session) {
  if (const QString why = m_whyNot(); !why.isEmpty()) return;  // something was begun while the file was read
  const QString troubles = session->troubles.join('\n');
  const quint64 bad = session->badLines;
  emit opened(session);
  if (bad > 0) tell(tr("%1 could not be read; all else is shown.\n\n%2").arg(models::counted(bad, "line"), troubles));
}

void RecordingDoor::tell(const QString& text) {
  auto* const box = new QMessageBox(QMessageBox::Warning, tr("Open recording"), text, QMessageBox::Ok, &m_window);
  box->setObjectName("told");
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

bool RecordingDoor::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::DragEnter) {
    auto* const drag = static_cast<QDragEnterEvent*>(event);
    if (!fileOf(*drag->mimeData()).isEmpty()) drag->acceptProposedAction();
    return drag->isAccepted();
  }
  if (event->type() == QEvent::Drop) {
    auto* const drop = static_cast<QDropEvent*>(event);
    if (const QString file = fileOf(*drop->mimeData()); !file.isEmpty()) {
      drop->acceptProposedAction();
      open(file);
      return true;
    }
  }
  return QObject::eventFilter(watched, event);
}

QString contentText(const QString& file, const models::OpenedSession& session) {
  const Duration length = session.ended - session.began;
  const WallTime end = session.started + std::chrono::duration_cast<std::chrono::microseconds>(length);
  QString text = RecordingDoor::tr("%1, %2 to %3 (%4), %5 in %6")
                     .arg(QFileInfo(file).fileName(), models::clockText(session.started), models::clockText(end),
                          models::secondsText(std::chrono::duration<double>(length).count()),
                          models::counted(session.updates, "update"), models::counted(session.reports, "report"));
  if (!session.hasSamples) text += RecordingDoor::tr("; arrivals only");
  if (session.badLines > 0) text += "; " + models::counted(session.badLines, "bad line");
  return text;
}

}  // namespace metabatch::gui
